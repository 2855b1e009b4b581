package dev.winnow.engine.metrics;

/**
 * What one layer did.
 *
 * @param rows tokens that went through the layer
 * @param denseRows tokens that would have without techniques
 * @param sparseRows tokens whose attention a technique planned otherwise than dense
 * @param pairs (query head, key) pairs that attention computed
 * @param densePairs pairs of dense attention over all tokens
 * @param kvBytesRead bytes of keys and values that attention read
 * @param denseKvBytesRead bytes that dense attention over all tokens reads, in the chunks of a run
 *     without techniques
 * @param selectionFlops floating-point operations spent on choosing what to read
 * @param selectionBytes bytes of keys, packed keys and representatives read to choose; the one pass
 *     over each new key that keeps packed keys and representatives up to date is not counted
 */
public record LayerLedger(
    long rows,
    long denseRows,
    long sparseRows,
    long pairs,
    long densePairs,
    long kvBytesRead,
    long denseKvBytesRead,
    long selectionFlops,
    long selectionBytes) {

  /** What was done since {@code earlier}. */
  LayerLedger minus(LayerLedger earlier) {
    return new LayerLedger(
        rows - earlier.rows,
        denseRows - earlier.denseRows,
        sparseRows - earlier.sparseRows,
        pairs - earlier.pairs,
        densePairs - earlier.densePairs,
        kvBytesRead - earlier.kvBytesRead,
        denseKvBytesRead - earlier.denseKvBytesRead,
        selectionFlops - earlier.selectionFlops,
        selectionBytes - earlier.selectionBytes);
  }
}
