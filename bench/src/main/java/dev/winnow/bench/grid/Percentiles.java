package dev.winnow.bench.grid;

import java.util.Arrays;

/**
 * The middle and the slow end of repeated measurements.
 *
 * @param p50 the median
 * @param p95 what 95 % of them do not exceed
 */
public record Percentiles(double p50, double p95) {

  /**
   * Those of {@code samples}.
   *
   * @throws IllegalArgumentException if there are none
   */
  public static Percentiles of(double... samples) {
    return new Percentiles(at(50, samples), at(95, samples));
  }

  /**
   * The percentile, interpolated linearly between the samples around its rank.
   *
   * @param percent in [0, 100]
   * @throws IllegalArgumentException if there are no samples
   */
  public static double at(double percent, double... samples) {
    if (samples.length == 0) {
      throw new IllegalArgumentException("no samples");
    }
    double[] sorted = samples.clone();
    Arrays.sort(sorted);
    double rank = percent / 100 * (sorted.length - 1);
    int below = (int) Math.floor(rank);
    int above = (int) Math.ceil(rank);
    return sorted[below] + (rank - below) * (sorted[above] - sorted[below]);
  }
}
