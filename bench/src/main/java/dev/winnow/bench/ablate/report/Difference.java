package dev.winnow.bench.ablate.report;

import dev.winnow.bench.grid.Statistics;
import java.util.Arrays;
import java.util.Optional;

/**
 * How a variant's scores differ from dense ones of the same items.
 *
 * @param mean of variant less dense
 * @param pairs items both have
 * @param cohensD mean over standard deviation of the differences; 0 if all are 0, infinite if all
 *     are the same otherwise
 * @param answers right answers lost and gained, where scores are 0 or 1
 * @param p of no difference: normal, from the standard error over resamples; that of the sign test
 *     if all differences are the same
 * @param corrected {@code p} by Holm for all comparisons of the report
 */
record Difference(
    Interval mean,
    int pairs,
    double cohensD,
    Optional<Answers> answers,
    double p,
    double corrected) {

  /**
   * Right answers that changed.
   *
   * @param lost right with dense only
   * @param gained right with the variant only
   */
  record Answers(int lost, int gained) {
    /** Matched odds ratio, gained over lost; NaN if none changed. */
    double oddsRatio() {
      return (double) gained / lost;
    }
  }

  /** Between two; empty if they share no item. */
  static Optional<Difference> between(Scores variant, Scores dense) {
    Scores differences = variant.minus(dense);
    if (differences.isEmpty()) {
      return Optional.empty();
    }
    boolean binary = variant.isBinary() && dense.isBinary();
    double[] all = differences.pooled();
    Interval mean = MeanInterval.ofDifferences(differences, binary);
    double p = p(mean.value(), Bootstrap.means(differences.clusters()), all.length);
    Optional<Answers> answers =
        binary
            ? Optional.of(
                new Answers(
                    (int) Arrays.stream(all).filter(d -> d < 0).count(),
                    (int) Arrays.stream(all).filter(d -> d > 0).count()))
            : Optional.empty();
    return Optional.of(new Difference(mean, all.length, cohensD(all), answers, p, p));
  }

  /** With {@code p} corrected. */
  Difference corrected(double value) {
    return new Difference(mean, pairs, cohensD, answers, p, value);
  }

  /** Whether the interval excludes 0. */
  boolean isClear() {
    return mean.excludes(0);
  }

  /** Whether it is clear, and stays so for all comparisons together. */
  boolean survivesCorrection() {
    return isClear() && corrected < 0.05;
  }

  static double cohensD(double... differences) {
    Statistics statistics = Statistics.of(differences);
    return statistics.mean() == 0 ? 0 : statistics.mean() / statistics.stddev();
  }

  private static double p(double mean, double[] resampled, int pairs) {
    double error = Statistics.of(resampled).stddev();
    if (mean == 0) {
      return 1;
    }
    // Equal differences have no spread to judge by; what is left is that all have one sign.
    return error == 0 ? Math.min(1, 2 * Math.pow(0.5, pairs)) : Normal.twoSided(mean / error);
  }
}
