package dev.winnow.kernels;

/** How rotary frequencies are stretched; the names are Hugging Face's {@code rope_type}s. */
public sealed interface RotaryScaling {

  /** No scaling. */
  RotaryScaling NONE = new None();

  /** {@code default}. */
  record None() implements RotaryScaling {}

  /** {@code linear}: every frequency is divided by {@code factor}. */
  record Linear(double factor) implements RotaryScaling {}

  /**
   * {@code llama3}: long wavelengths are divided by {@code factor}, short ones kept, the rest
   * blended.
   */
  record Llama3(double factor, double lowFreqFactor, double highFreqFactor, int originalContext)
      implements RotaryScaling {}

  /**
   * {@code yarn}: interpolation ramps in between {@code betaFast} and {@code betaSlow} rotations;
   * cosines and sines are multiplied by {@code attentionFactor}.
   *
   * @param truncate whether the ramp's ends are rounded outwards to whole dimensions
   */
  record Yarn(
      double factor,
      int originalContext,
      double betaFast,
      double betaSlow,
      double attentionFactor,
      boolean truncate)
      implements RotaryScaling {}
}
