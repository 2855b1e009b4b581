/** Generation with masked diffusion models: a response of mask tokens, filled in a few passes. */
package dev.winnow.engine.diffusion;
