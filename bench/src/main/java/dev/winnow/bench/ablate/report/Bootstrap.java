package dev.winnow.bench.ablate.report;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.DoubleStream;

/**
 * Resamples in two stages: seeds with replacement, then items with replacement in each seed drawn,
 * because items of one seed may share a context. With one seed only items are drawn. Seeds that are
 * alike make intervals somewhat wide, never narrow.
 *
 * <p>Every call draws from the same random sequence, so that results do not depend on the order of
 * calls.
 */
final class Bootstrap {
  /** How often samples are drawn anew; percentiles then vary by about a quarter of a percent. */
  static final int RESAMPLES = 4000;

  private static final long RANDOM_SEED = 0x5DEECE66DL;

  private Bootstrap() {}

  /**
   * Means of resamples.
   *
   * @param clusters {@code [seeds][items]}, none of them empty
   */
  static double[] means(double[][] clusters) {
    return resample(clusters, RANDOM_SEED, Bootstrap::mean);
  }

  /** Medians of resamples, as {@link #means}. */
  static double[] medians(double[][] clusters) {
    return medians(clusters, RANDOM_SEED);
  }

  /** Ratios of the medians of resamples drawn from each of the two on its own. */
  static double[] medianRatios(double[][] numerators, double[][] denominators) {
    double[] above = medians(numerators);
    double[] below = medians(denominators, RANDOM_SEED + 1);
    double[] ratios = new double[RESAMPLES];
    Arrays.setAll(ratios, i -> above[i] / below[i]);
    return ratios;
  }

  /** Draws ranks and counts them, which spares sorting each resample. */
  private static double[] medians(double[][] clusters, long seed) {
    double[] sorted = Arrays.stream(clusters).flatMapToDouble(DoubleStream::of).sorted().toArray();
    double[][] ranks =
        Arrays.stream(clusters)
            .map(c -> Arrays.stream(c).map(x -> Arrays.binarySearch(sorted, x)).toArray())
            .toArray(double[][]::new);
    int[] counts = new int[sorted.length];
    return resample(
        ranks,
        seed,
        (sample, n) -> {
          Arrays.fill(counts, 0);
          for (int i = 0; i < n; i++) {
            counts[(int) sample[i]]++;
          }
          return (nth(sorted, counts, (n - 1) / 2) + nth(sorted, counts, n / 2)) / 2;
        });
  }

  /** The element at {@code index} of a resample that has each of {@code sorted} so many times. */
  private static double nth(double[] sorted, int[] counts, int index) {
    int rank = 0;
    for (int seen = counts[0]; seen <= index; seen += counts[rank]) {
      rank++;
    }
    return sorted[rank];
  }

  /** What is computed of the first {@code n} elements. */
  private interface Statistic {
    double of(double[] samples, int n);
  }

  private static double[] resample(double[][] clusters, long seed, Statistic statistic) {
    SplittableRandom random = new SplittableRandom(seed);
    int longest = Arrays.stream(clusters).mapToInt(c -> c.length).max().orElseThrow();
    double[] sample = new double[longest * clusters.length];
    double[] results = new double[RESAMPLES];
    for (int r = 0; r < RESAMPLES; r++) {
      int n = 0;
      for (int c = 0; c < clusters.length; c++) {
        double[] cluster = clusters[clusters.length == 1 ? 0 : random.nextInt(clusters.length)];
        for (int i = 0; i < cluster.length; i++) {
          sample[n++] = cluster[random.nextInt(cluster.length)];
        }
      }
      results[r] = statistic.of(sample, n);
    }
    return results;
  }

  private static double mean(double[] samples, int n) {
    double sum = 0;
    for (int i = 0; i < n; i++) {
      sum += samples[i];
    }
    return sum / n;
  }
}
