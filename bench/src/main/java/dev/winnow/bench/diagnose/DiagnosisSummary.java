package dev.winnow.bench.diagnose;

import java.util.List;

/** Means over the steps watched, for each layer and query head. */
public final class DiagnosisSummary {
  private final double[][] recall;
  private final double[][] overlap;
  private final double[][] relativeError;
  private final int[] steps;

  /** Nothing yet, for a model of so many layers and query heads. */
  public DiagnosisSummary(int layers, int heads) {
    recall = new double[layers][heads];
    overlap = new double[layers][heads];
    relativeError = new double[layers][heads];
    steps = new int[layers];
  }

  /** Adds a layer of a step. */
  public void add(LayerDiagnosis diagnosis) {
    int layer = diagnosis.layer();
    add(recall[layer], diagnosis.recall());
    add(overlap[layer], diagnosis.overlap());
    add(relativeError[layer], diagnosis.relativeError());
    steps[layer]++;
  }

  private static void add(double[] sums, List<Double> values) {
    for (int head = 0; head < sums.length; head++) {
      sums[head] += values.get(head);
    }
  }

  /** Mean recall {@code [layers][heads]}; NaN in layers that were always dense. */
  public double[][] recall() {
    double[][] means = new double[recall.length][];
    for (int layer = 0; layer < recall.length; layer++) {
      means[layer] = new double[recall[layer].length];
      for (int head = 0; head < means[layer].length; head++) {
        means[layer][head] = steps[layer] == 0 ? Double.NaN : recall[layer][head] / steps[layer];
      }
    }
    return means;
  }

  /** Mean recall over all steps, layers and heads; NaN if there were none. */
  public double meanRecall() {
    return mean(recall);
  }

  /** Mean overlap with the best rows. */
  public double meanOverlap() {
    return mean(overlap);
  }

  /** Mean relative error of the outputs. */
  public double meanRelativeError() {
    return mean(relativeError);
  }

  private double mean(double[][] sums) {
    double sum = 0;
    long count = 0;
    for (int layer = 0; layer < sums.length; layer++) {
      for (double value : sums[layer]) {
        sum += value;
      }
      count += (long) steps[layer] * sums[layer].length;
    }
    return count == 0 ? Double.NaN : sum / count;
  }
}
