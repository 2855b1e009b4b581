package dev.winnow.models;

import dev.winnow.kernels.RotaryTable;

/**
 * What the attention of one layer needs to know.
 *
 * @param heads query heads
 * @param kvHeads key and value heads, a divisor of {@code heads}
 * @param headDim elements per head
 * @param causal whether a query sees no later keys; false for bidirectional models
 * @param window keys a query sees back, itself included; 0 for all
 * @param scale factor on the dot products
 * @param rotary rotations of queries and keys; shared by the layers that turn alike
 */
public record AttentionSpec(
    int heads,
    int kvHeads,
    int headDim,
    boolean causal,
    int window,
    float scale,
    RotaryTable rotary) {

  /** Causal attention: a query sees no later keys. */
  public AttentionSpec(
      int heads, int kvHeads, int headDim, int window, float scale, RotaryTable rotary) {
    this(heads, kvHeads, headDim, true, window, scale, rotary);
  }
}
