/** Questions about facts hidden in filler: their words, generator and scores. */
package dev.winnow.bench.recall;
