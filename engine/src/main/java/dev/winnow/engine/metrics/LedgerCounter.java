package dev.winnow.engine.metrics;

import dev.winnow.kernels.AttentionCost;
import java.util.ArrayList;
import java.util.List;

/** Counts the work of one sequence while it is done; not for use by several threads at once. */
public final class LedgerCounter {
  private final long[] rows;
  private final long[] denseRows;
  private final long[] sparseRows;
  private final long[] pairs;
  private final long[] densePairs;
  private final long[] bytes;
  private final long[] denseBytes;
  private final long[] selectionFlops;
  private final long[] selectionBytes;
  private long flops;
  private long denseFlops;

  /** All zero, for {@code layers} layers. */
  public LedgerCounter(int layers) {
    rows = new long[layers];
    denseRows = new long[layers];
    sparseRows = new long[layers];
    pairs = new long[layers];
    densePairs = new long[layers];
    bytes = new long[layers];
    denseBytes = new long[layers];
    selectionFlops = new long[layers];
    selectionBytes = new long[layers];
  }

  /** Adds matrix products: those executed, and those of dense execution. */
  public void matrixProducts(long executed, long dense) {
    flops += executed;
    denseFlops += dense;
  }

  /**
   * Adds {@code count} tokens that went through {@code layer}.
   *
   * @param products floating-point operations of matrix products executed
   * @param cost attention executed
   * @param dense what all tokens of the step would have cost
   */
  public void ran(int layer, int count, long products, AttentionCost cost, DenseStep dense) {
    rows[layer] += count;
    pairs[layer] += cost.pairs();
    bytes[layer] += cost.kvBytesRead();
    flops += products + cost.flops(dense.headDim());
    skipped(layer, dense);
  }

  /** Adds {@code count} tokens whose attention in {@code layer} was not dense. */
  public void sparse(int layer, int count) {
    sparseRows[layer] += count;
  }

  /**
   * Adds what choosing keys of {@code layer} took.
   *
   * @param operations floating-point operations
   * @param bytesRead bytes of whatever was scored
   */
  public void selected(int layer, long operations, long bytesRead) {
    selectionFlops[layer] += operations;
    selectionBytes[layer] += bytesRead;
    flops += operations;
  }

  /** Adds a step that passed {@code layer} by. */
  public void skipped(int layer, DenseStep dense) {
    denseRows[layer] += dense.rows();
    densePairs[layer] += dense.attention().pairs();
    denseBytes[layer] += dense.attention().kvBytesRead();
    denseFlops += dense.products() + dense.attention().flops(dense.headDim());
  }

  /** The counts so far. */
  public Ledger snapshot() {
    List<LayerLedger> layers = new ArrayList<>();
    for (int i = 0; i < rows.length; i++) {
      layers.add(
          new LayerLedger(
              rows[i],
              denseRows[i],
              sparseRows[i],
              pairs[i],
              densePairs[i],
              bytes[i],
              denseBytes[i],
              selectionFlops[i],
              selectionBytes[i]));
    }
    return new Ledger(flops, denseFlops, layers);
  }
}
