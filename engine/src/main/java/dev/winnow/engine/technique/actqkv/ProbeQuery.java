package dev.winnow.engine.technique.actqkv;

import dev.winnow.kernels.HeadsView;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/**
 * The one query that stands for a window: the mean of its queries, each weighted by its activation
 * bias, {@code mean_c (q_c - mean_c)^2 / (variance_c + mean(variance) / 100)}. Heads are
 * concatenated. Works in float64.
 */
final class ProbeQuery {
  /** Windows after which older ones fade. */
  static final int REMEMBERED_WINDOWS = 1000;

  private static final double VARIANCE_FLOOR = 0.01;

  private final Probe probe;
  private final Statistics scope;
  private final int prefillWindow;
  private final float[] row;
  private final double[] windowMean;
  private final double[] windowVariance;
  private final double[] inverse;
  private final double[] weights;
  private final double[] result;
  private final RunningStatistics window;

  /**
   * Probes of {@code columns} elements.
   *
   * @param prefillWindow most rows of a window
   */
  ProbeQuery(Probe probe, Statistics scope, int prefillWindow, int columns) {
    this.probe = probe;
    this.scope = scope;
    this.prefillWindow = prefillWindow;
    row = new float[columns];
    windowMean = new double[columns];
    windowVariance = new double[columns];
    inverse = new double[columns];
    weights = new double[prefillWindow];
    result = new double[columns];
    window = new RunningStatistics(columns);
  }

  /** Whether statistics must see every window, those included that need no probe. */
  boolean learns() {
    return probe == Probe.ACTIVATION_AWARE && scope != Statistics.WINDOW;
  }

  /**
   * The probe of {@code queries}, valid until the next call.
   *
   * @param queries {@code [rows, heads, headDim]}, all rotated by one angle
   * @param running statistics of the scope, those of the queries absorbed
   */
  double[] of(HeadsView queries, RunningStatistics running) {
    int rows = queries.rows();
    if (rows == 1) {
      read(queries, 0);
      for (int c = 0; c < result.length; c++) {
        result[c] = row[c];
      }
      return result;
    }
    weigh(queries, running);
    Arrays.fill(result, 0);
    for (int r = 0; r < rows; r++) {
      read(queries, r);
      for (int c = 0; c < result.length; c++) {
        result[c] += weights[r] * row[c];
      }
    }
    return result;
  }

  /** Lets {@code running} see {@code queries}. */
  void learn(HeadsView queries, RunningStatistics running) {
    describe(queries);
    double past =
        scope == Statistics.GLOBAL
            ? Math.min(running.windows(), REMEMBERED_WINDOWS)
            : (double) Math.min(running.rows(), (long) REMEMBERED_WINDOWS * prefillWindow)
                / queries.rows();
    running.absorb(windowMean, windowVariance, queries.rows(), past);
  }

  /** Weights of the rows of the last probe, of more than one row. */
  double[] weights(int rows) {
    return Arrays.copyOf(weights, rows);
  }

  private void weigh(HeadsView queries, RunningStatistics running) {
    int rows = queries.rows();
    if (probe == Probe.MEAN || warmingUp(running)) {
      Arrays.fill(weights, 0, rows, 1.0 / rows);
      return;
    }
    RunningStatistics used = running;
    if (scope == Statistics.WINDOW) {
      describe(queries);
      window.clear();
      window.absorb(windowMean, windowVariance, rows, 0);
      used = window;
    }
    double[] mean = used.mean();
    double floor = Arrays.stream(used.variance()).average().orElse(0) * VARIANCE_FLOOR;
    for (int c = 0; c < inverse.length; c++) {
      double denominator = used.variance()[c] + floor;
      inverse[c] = denominator > 0 ? 1 / denominator : 0;
    }
    double total = 0;
    for (int r = 0; r < rows; r++) {
      read(queries, r);
      double bias = 0;
      for (int c = 0; c < row.length; c++) {
        double deviation = row[c] - mean[c];
        bias += deviation * deviation * inverse[c];
      }
      weights[r] = bias;
      total += bias;
    }
    for (int r = 0; r < rows; r++) {
      weights[r] = total > 0 ? weights[r] / total : 1.0 / rows; // equal queries weigh the same
    }
  }

  private boolean warmingUp(RunningStatistics running) {
    return scope == Statistics.GLOBAL && running.windows() <= REMEMBERED_WINDOWS + 1;
  }

  /** Mean and biased variance of the columns of {@code queries}. */
  private void describe(HeadsView queries) {
    int rows = queries.rows();
    Arrays.fill(windowMean, 0);
    for (int r = 0; r < rows; r++) {
      read(queries, r);
      for (int c = 0; c < row.length; c++) {
        windowMean[c] += row[c];
      }
    }
    for (int c = 0; c < row.length; c++) {
      windowMean[c] /= rows;
    }
    Arrays.fill(windowVariance, 0);
    for (int r = 0; r < rows && rows > 1; r++) {
      read(queries, r);
      for (int c = 0; c < row.length; c++) {
        double deviation = row[c] - windowMean[c];
        windowVariance[c] += deviation * deviation;
      }
    }
    for (int c = 0; c < row.length; c++) {
      windowVariance[c] /= rows;
    }
  }

  private void read(HeadsView queries, int r) {
    MemorySegment.copy(
        queries.buffer().segment(),
        ValueLayout.JAVA_FLOAT_UNALIGNED,
        queries.index(r, 0) * Float.BYTES,
        row,
        0,
        row.length);
  }
}
