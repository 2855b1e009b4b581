/** Short lists to sort, copy, reverse and shuffle: their words, generator and scores. */
package dev.winnow.bench.diffuse;
