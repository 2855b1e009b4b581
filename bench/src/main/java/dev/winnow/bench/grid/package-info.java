/** How fast a model runs, in the vocabulary of llama-bench, alone or beside a peer. */
package dev.winnow.bench.grid;
