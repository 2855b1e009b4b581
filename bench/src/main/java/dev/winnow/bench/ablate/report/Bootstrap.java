package dev.winnow.bench.ablate.report;

import java.util.Arrays;
import java.util.SplittableRandom;

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
    return resample(clusters, RANDOM_SEED, Bootstrap::median);
  }

  /** Ratios of the medians of resamples drawn from each of the two on its own. */
  static double[] medianRatios(double[][] numerators, double[][] denominators) {
    double[] above = medians(numerators);
    double[] below = resample(denominators, RANDOM_SEED + 1, Bootstrap::median);
    double[] ratios = new double[RESAMPLES];
    Arrays.setAll(ratios, i -> above[i] / below[i]);
    return ratios;
  }

  /** What is computed of the first {@code n} elements, which may be reordered. */
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

  private static double median(double[] samples, int n) {
    Arrays.sort(samples, 0, n);
    return (samples[(n - 1) / 2] + samples[n / 2]) / 2;
  }
}
