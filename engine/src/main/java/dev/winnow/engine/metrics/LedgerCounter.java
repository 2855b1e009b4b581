package dev.winnow.engine.metrics;

import dev.winnow.kernels.AttentionCost;
import java.util.ArrayList;
import java.util.List;

/** Counts the work of one sequence while it is done; not for use by several threads at once. */
public final class LedgerCounter {
  private final long[] rows;
  private final long[] denseRows;
  private final long[] pairs;
  private final long[] densePairs;
  private final long[] bytes;
  private final long[] denseBytes;
  private long flops;
  private long denseFlops;

  /** All zero, for {@code layers} layers. */
  public LedgerCounter(int layers) {
    rows = new long[layers];
    denseRows = new long[layers];
    pairs = new long[layers];
    densePairs = new long[layers];
    bytes = new long[layers];
    denseBytes = new long[layers];
  }

  /** Adds matrix products: those executed, and those of dense execution. */
  public void matrixProducts(long executed, long dense) {
    flops += executed;
    denseFlops += dense;
  }

  /** Adds {@code count} tokens that went through {@code layer}, and its attention. */
  public void ran(int layer, int count, int headDim, AttentionCost cost, AttentionCost dense) {
    rows[layer] += count;
    pairs[layer] += cost.pairs();
    bytes[layer] += cost.kvBytesRead();
    flops += cost.flops(headDim);
    addDense(layer, count, headDim, dense);
  }

  /** Adds {@code count} tokens that passed {@code layer} by. */
  public void skipped(int layer, int count, int headDim, AttentionCost dense) {
    addDense(layer, count, headDim, dense);
  }

  private void addDense(int layer, int count, int headDim, AttentionCost dense) {
    denseRows[layer] += count;
    densePairs[layer] += dense.pairs();
    denseBytes[layer] += dense.kvBytesRead();
    denseFlops += dense.flops(headDim);
  }

  /** The counts so far. */
  public Ledger snapshot() {
    List<LayerLedger> layers = new ArrayList<>();
    for (int i = 0; i < rows.length; i++) {
      layers.add(
          new LayerLedger(rows[i], denseRows[i], pairs[i], densePairs[i], bytes[i], denseBytes[i]));
    }
    return new Ledger(flops, denseFlops, layers);
  }
}
