package dev.winnow.bench.ablate.report;

/** How a difference to dense is shown: a class for its colour and a mark for its certainty. */
final class Verdict {
  /** Explains the marks. */
  static final String LEGEND =
      "● the interval excludes no difference, also corrected for all comparisons; "
          + "○ the interval excludes it, but among so many comparisons it may be chance; "
          + "no mark: neither better nor worse was shown, which is not the same as equal";

  private Verdict() {}

  /** {@code worse}, {@code better} or {@code unclear}. */
  static String classes(TaskResult task, Difference difference) {
    return task.isWorse(difference) ? "worse" : task.isBetter(difference) ? "better" : "unclear";
  }

  /** Of a ratio to dense, where less is better. */
  static String classes(Interval ratio) {
    return ratio.isAbove(1) ? "worse" : ratio.isBelow(1) ? "better" : "unclear";
  }

  static String mark(Difference difference) {
    return difference.survivesCorrection() ? " ●" : difference.isClear() ? " ○" : "";
  }
}
