/** Keys and values of sequences, in pages that sequences share until one of them writes. */
package dev.winnow.engine.cache;
