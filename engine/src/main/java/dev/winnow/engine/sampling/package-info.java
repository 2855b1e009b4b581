/** From logits to a token: processors in Hugging Face's order, then a seeded draw. */
package dev.winnow.engine.sampling;
