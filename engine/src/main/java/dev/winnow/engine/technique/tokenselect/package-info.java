/** TokenSelect: one list of tokens per layer, voted for by all heads. */
package dev.winnow.engine.technique.tokenselect;
