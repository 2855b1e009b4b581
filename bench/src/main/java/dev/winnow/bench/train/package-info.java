/** Trains the reference checkpoints: small models that show what the engine's techniques do. */
package dev.winnow.bench.train;
