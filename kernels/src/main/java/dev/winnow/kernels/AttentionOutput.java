package dev.winnow.kernels;

/**
 * Where attention writes.
 *
 * @param values {@code [rows, heads, headDim]}
 * @param logSumExp float32 {@code [rows, heads]}, natural logarithm of the softmax denominator of
 *     the scaled scores; null when not wanted
 * @param mass float32 {@code [heads, keys]}: probability that each key of the plan received, summed
 *     over query rows, keys of all segments one after the other in list order ({@code keys} = the
 *     largest total count of any head); null when not wanted
 */
public record AttentionOutput(HeadsView values, Buffer logSumExp, Buffer mass) {
  /** Output values only. */
  public static AttentionOutput of(HeadsView values) {
    return new AttentionOutput(values, null, null);
  }
}
