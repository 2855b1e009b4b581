package dev.winnow.engine.technique.actqkv;

import java.util.Arrays;

/**
 * Mean and unbiased variance by column of all rows seen, in float64, updated a window at a time;
 * the last update can be taken back.
 */
final class RunningStatistics {
  private double[] mean;
  private double[] variance;
  private long rows;
  private long windows;

  private double[] savedMean;
  private double[] savedVariance;
  private long savedRows;
  private long savedWindows;
  private boolean dirty;

  RunningStatistics(int columns) {
    mean = new double[columns];
    variance = new double[columns];
    savedMean = new double[columns];
    savedVariance = new double[columns];
  }

  /** Means by column; do not modify. */
  double[] mean() {
    return mean;
  }

  /** Unbiased variances by column; do not modify. */
  double[] variance() {
    return variance;
  }

  /** Rows absorbed. */
  long rows() {
    return rows;
  }

  /** Windows absorbed. */
  long windows() {
    return windows;
  }

  /**
   * Pools a window of {@code count} rows with what was seen, as if that had been {@code past}
   * windows of as many rows: {@code rows() / count} is the exact pooled variance.
   *
   * @param windowMean means of the window
   * @param windowVariance biased variances of the window
   * @param past at least 0, may be a fraction
   */
  void absorb(double[] windowMean, double[] windowVariance, int count, double past) {
    save();
    double one = 1.0 / count;
    double denominator = past + 1 - one;
    for (int c = 0; c < mean.length; c++) {
      double shift = windowMean[c] - mean[c];
      double between = past == 0 ? 0 : shift * shift / (1 + 1 / past);
      double within = past == 0 ? 0 : variance[c] * (past - one);
      // A single row as the first has no variance yet.
      variance[c] =
          denominator > 0 ? Math.max(0, (within + windowVariance[c] + between) / denominator) : 0;
      mean[c] = (mean[c] * past + windowMean[c]) / (past + 1);
    }
    rows += count;
    windows++;
  }

  private void save() {
    if (dirty) {
      return;
    }
    System.arraycopy(mean, 0, savedMean, 0, mean.length);
    System.arraycopy(variance, 0, savedVariance, 0, variance.length);
    savedRows = rows;
    savedWindows = windows;
    dirty = true;
  }

  /** Makes everything absorbed so far final. */
  void commit() {
    dirty = false;
  }

  /** Takes back what was absorbed since the last commit. */
  void rollback() {
    if (!dirty) {
      return;
    }
    double[] oldMean = mean;
    mean = savedMean;
    savedMean = oldMean;
    double[] oldVariance = variance;
    variance = savedVariance;
    savedVariance = oldVariance;
    rows = savedRows;
    windows = savedWindows;
    dirty = false;
  }

  /** Forgets everything. */
  void clear() {
    Arrays.fill(mean, 0);
    Arrays.fill(variance, 0);
    rows = 0;
    windows = 0;
    dirty = false;
  }

  /** The same, apart. */
  RunningStatistics copy() {
    RunningStatistics copy = new RunningStatistics(mean.length);
    copy.mean = mean.clone();
    copy.variance = variance.clone();
    copy.rows = rows;
    copy.windows = windows;
    copy.savedMean = savedMean.clone();
    copy.savedVariance = savedVariance.clone();
    copy.savedRows = savedRows;
    copy.savedWindows = savedWindows;
    copy.dirty = dirty;
    return copy;
  }

  long bytes() {
    return 4L * mean.length * Double.BYTES;
  }
}
