/** Scores of generated text against right answers. */
package dev.winnow.bench.score;
