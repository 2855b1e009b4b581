/** Questions about coloured shapes on cluttered pictures: their words, generator and scores. */
package dev.winnow.bench.glimpse;
