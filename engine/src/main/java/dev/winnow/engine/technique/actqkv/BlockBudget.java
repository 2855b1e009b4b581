package dev.winnow.engine.technique.actqkv;

import dev.winnow.engine.technique.Phase;
import java.util.Arrays;

/**
 * How many blocks each layer of a step may retrieve, of a number that all layers share.
 *
 * <p>A layer gets its part of what is left in proportion to its information density among the
 * layers that are still to come; while prefilling, and until every layer has a full history, all
 * get the same. A layer that asks for nothing in a step leaves its even share untouched.
 */
final class BlockBudget {
  private final Allocation allocation;
  private final double minShare;
  private final double maxShare;
  private final DensityHistory[] histories;
  private int average;
  private long left;
  private int nextLayer;

  /**
   * A budget over {@code layers} layers.
   *
   * @param minShare least blocks of a layer as a share of the average, at most 1
   * @param maxShare most blocks of a layer as a share of the average, at least 1
   */
  BlockBudget(int layers, Allocation allocation, double minShare, double maxShare) {
    this.allocation = allocation;
    this.minShare = minShare;
    this.maxShare = maxShare;
    histories = new DensityHistory[layers];
    Arrays.setAll(histories, layer -> new DensityHistory());
  }

  /** Whether densities matter. */
  boolean wantsDensity() {
    return allocation == Allocation.ENTROPY;
  }

  /** Begins a step in which layers retrieve {@code averageBlocks} blocks on average. */
  void beginStep(int averageBlocks) {
    average = averageBlocks;
    nextLayer = 0;
    left = 0;
    for (DensityHistory history : histories) {
      left += history.isEmpty() ? 0 : average;
      history.commit();
    }
  }

  /** Adds the density of {@code layer} in this step. */
  void sample(int layer, double density) {
    if (histories[layer].isEmpty()) {
      left += average; // its first step: it takes part from now on
    }
    histories[layer].add(density);
  }

  /**
   * Blocks that {@code layer} may retrieve; layers ask in ascending order.
   *
   * @param blocks how many it has
   */
  int allocate(int layer, int blocks, Phase phase) {
    for (; nextLayer < layer; nextLayer++) {
      left -= histories[nextLayer].isEmpty() ? 0 : average;
    }
    nextLayer = layer + 1;
    double wanted = average;
    double density = densityFrom(layer);
    if (phase == Phase.DECODE && wantsDensity() && density > 0 && allFull()) {
      wanted = left * histories[layer].mean() / density;
    }
    int least = Math.min(blocks, (int) Math.rint(minShare * average));
    int most = Math.min(blocks, (int) Math.rint(maxShare * average));
    int granted = (int) Math.clamp((long) Math.rint(wanted), least, most);
    left -= granted;
    return granted;
  }

  /** Whether every layer that ever took part has a full history. */
  private boolean allFull() {
    for (DensityHistory history : histories) {
      if (!history.isEmpty() && !history.isFull()) {
        return false;
      }
    }
    return !histories[nextLayer - 1].isEmpty();
  }

  private double densityFrom(int layer) {
    double sum = 0;
    for (int i = layer; i < histories.length; i++) {
      sum += histories[i].mean();
    }
    return sum;
  }

  /** Takes back the samples of the step. */
  void rollback() {
    for (DensityHistory history : histories) {
      history.rollback();
    }
  }

  /** Forgets all samples. */
  void clear() {
    for (DensityHistory history : histories) {
      history.clear();
    }
  }

  BlockBudget copy() {
    BlockBudget copy = new BlockBudget(histories.length, allocation, minShare, maxShare);
    for (int layer = 0; layer < histories.length; layer++) {
      copy.histories[layer] = histories[layer].copy();
    }
    copy.average = average;
    copy.left = left;
    copy.nextLayer = nextLayer;
    return copy;
  }
}
