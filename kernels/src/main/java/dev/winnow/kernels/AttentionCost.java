package dev.winnow.kernels;

/**
 * What executing a plan costs. Rows are counted whole, each time that a tile of queries reads them;
 * a second pass over a batch of rows that holds infinities or NaN is not counted.
 *
 * @param pairs visible (query head, key) pairs: each is a dot product and a weighted add of headDim
 * @param kvBytesRead bytes of stored keys and values that the kernel loads, re-reads counted
 */
public record AttentionCost(long pairs, long kvBytesRead) {
  /** Nothing. */
  public static final AttentionCost ZERO = new AttentionCost(0, 0);

  /** Floating-point operations: two per multiply-add, {@code q.k} and {@code p.v}. */
  public long flops(int headDim) {
    return 4L * pairs * headDim;
  }

  /** What is left of this without {@code part}. */
  public AttentionCost minus(AttentionCost part) {
    return new AttentionCost(pairs - part.pairs, kvBytesRead - part.kvBytesRead);
  }

  /** The sum of two costs. */
  public AttentionCost plus(AttentionCost other) {
    return new AttentionCost(pairs + other.pairs, kvBytesRead + other.kvBytesRead);
  }
}
