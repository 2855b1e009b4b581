package dev.winnow.engine.technique.actqkv;

import dev.winnow.kernels.Buffer;
import java.util.Arrays;

/** The last information densities of one layer; the last one added can be taken back. */
final class DensityHistory {
  /** Samples kept. */
  static final int LENGTH = 100;

  private final double[] samples = new double[LENGTH];
  private long count;
  private double mean;
  private double overwritten;
  private boolean dirty;

  /**
   * Normalised entropy of the softmax of {@code scores / temperature}: 1 if all are equal, near 0
   * if one block has it all.
   *
   * @param scores float32
   * @param count how many, at least 2
   */
  static double of(Buffer scores, int count, double temperature) {
    double max = Double.NEGATIVE_INFINITY;
    for (int i = 0; i < count; i++) {
      max = Math.max(max, scores.getFloat(i));
    }
    double sum = 0;
    double weighted = 0;
    for (int i = 0; i < count; i++) {
      double score = (scores.getFloat(i) - max) / temperature;
      double weight = Math.exp(score);
      sum += weight;
      weighted += weight * score;
    }
    return (Math.log(sum) - weighted / sum) / Math.log(count);
  }

  void add(double density) {
    int at = (int) (count % LENGTH);
    overwritten = samples[at];
    samples[at] = density;
    count++;
    dirty = true;
    average();
  }

  private void average() {
    mean = Arrays.stream(samples, 0, (int) Math.min(count, LENGTH)).average().orElse(0);
  }

  boolean isEmpty() {
    return count == 0;
  }

  boolean isFull() {
    return count >= LENGTH;
  }

  /** Mean of the samples kept; 0 without any. */
  double mean() {
    return mean;
  }

  /** Makes the samples final. */
  void commit() {
    dirty = false;
  }

  /** Takes back the sample added since the last commit. */
  void rollback() {
    if (dirty) {
      count--;
      samples[(int) (count % LENGTH)] = overwritten;
      dirty = false;
      average();
    }
  }

  void clear() {
    Arrays.fill(samples, 0);
    count = 0;
    mean = 0;
    dirty = false;
  }

  DensityHistory copy() {
    DensityHistory copy = new DensityHistory();
    System.arraycopy(samples, 0, copy.samples, 0, LENGTH);
    copy.count = count;
    copy.mean = mean;
    copy.overwritten = overwritten;
    copy.dirty = dirty;
    return copy;
  }
}
