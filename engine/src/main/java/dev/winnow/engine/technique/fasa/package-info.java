/** FASA: a few rotary pairs of each head rank the cached tokens, attention reads the best. */
package dev.winnow.engine.technique.fasa;
