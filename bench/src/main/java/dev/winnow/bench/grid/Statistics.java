package dev.winnow.bench.grid;

import java.util.Arrays;

/**
 * Summary of repeated measurements.
 *
 * @param median the middle one, or the mean of the middle two
 * @param min the smallest
 * @param max the largest
 * @param mean arithmetic mean
 * @param stddev sample standard deviation; 0 for a single one
 */
public record Statistics(double median, double min, double max, double mean, double stddev) {

  /**
   * Summarises {@code samples}.
   *
   * @throws IllegalArgumentException if there are none
   */
  public static Statistics of(double... samples) {
    if (samples.length == 0) {
      throw new IllegalArgumentException("no samples");
    }
    double[] sorted = samples.clone();
    Arrays.sort(sorted);
    int n = sorted.length;
    double mean = Arrays.stream(sorted).sum() / n;
    double squares = Arrays.stream(sorted).map(x -> (x - mean) * (x - mean)).sum();
    return new Statistics(
        (sorted[(n - 1) / 2] + sorted[n / 2]) / 2,
        sorted[0],
        sorted[n - 1],
        mean,
        n == 1 ? 0 : Math.sqrt(squares / (n - 1)));
  }
}
