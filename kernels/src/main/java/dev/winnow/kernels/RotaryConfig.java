package dev.winnow.kernels;

/**
 * Rotary position embedding of a layer: which dimensions turn, how fast, and how pairs lie.
 *
 * @param theta base of the frequencies, {@code rope_theta}
 * @param headDim elements per head
 * @param rotaryDim leading elements of a head that turn, even, at most headDim (partial rotary)
 * @param pairing which elements form a pair
 * @param scaling how frequencies are stretched beyond the original context
 */
public record RotaryConfig(
    double theta, int headDim, int rotaryDim, Pairing pairing, RotaryScaling scaling) {

  /** How the two elements of a pair lie in a head. */
  public enum Pairing {
    /** Elements {@code i} and {@code i + rotaryDim / 2}: Hugging Face's layout. */
    HALF_SPLIT,
    /** Elements {@code 2i} and {@code 2i + 1}: the original RoFormer and Llama layout. */
    INTERLEAVED
  }

  /** Checks ranges. */
  public RotaryConfig {
    if (!(theta > 0) || Double.isInfinite(theta)) {
      throw new IllegalArgumentException("rope_theta must be > 0, got " + theta);
    }
    if (rotaryDim < 0 || rotaryDim > headDim || rotaryDim % 2 != 0) {
      throw new IllegalArgumentException(
          "rotaryDim must be even and in [0, %d], got %d".formatted(headDim, rotaryDim));
    }
  }
}
