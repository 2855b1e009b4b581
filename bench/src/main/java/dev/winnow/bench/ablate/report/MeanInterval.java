package dev.winnow.bench.ablate.report;

import dev.winnow.bench.grid.Statistics;
import java.util.Arrays;

/** Intervals of means of scores and of their differences. */
final class MeanInterval {
  private MeanInterval() {}

  /** The mean score; where all are 0 or all are 1 its interval is that of Clopper and Pearson. */
  static Interval ofScores(Scores scores) {
    if (scores.isEmpty()) {
      return Interval.NONE;
    }
    double[] all = scores.pooled();
    if (scores.isBinary() && isConstant(all)) {
      return unseen(all[0], all.length).within(0, 1);
    }
    return resampled(scores.clusters(), all);
  }

  /**
   * The mean of differences in pairs.
   *
   * @param binary whether they are differences of scores that are 0 or 1
   */
  static Interval ofDifferences(Scores differences, boolean binary) {
    if (differences.isEmpty()) {
      return Interval.NONE;
    }
    double[] all = differences.pooled();
    if (binary && isConstant(all)) {
      return unseen(all[0], all.length).within(-1, 1);
    }
    return resampled(differences.clusters(), all);
  }

  private static Interval resampled(double[][] clusters, double[] all) {
    return Interval.of(Statistics.of(all).mean(), Bootstrap.means(clusters));
  }

  /**
   * What {@code n} equal outcomes leave open: resampling them would give an interval of no width,
   * though another outcome may come as often as {@code 1 - 0.025^(1/n)}.
   */
  private static Interval unseen(double value, int n) {
    double rate = 1 - Math.pow(0.025, 1.0 / n);
    return new Interval(value, value - rate, value + rate);
  }

  private static boolean isConstant(double[] values) {
    return Arrays.stream(values).allMatch(value -> value == values[0]);
  }
}
