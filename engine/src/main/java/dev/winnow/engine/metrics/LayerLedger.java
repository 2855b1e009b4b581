package dev.winnow.engine.metrics;

/**
 * What one layer did.
 *
 * @param rows tokens that went through the layer
 * @param denseRows tokens that would have without techniques
 * @param pairs (query head, key) pairs that attention computed
 * @param densePairs pairs of dense attention over all tokens
 * @param kvBytesRead bytes of keys and values that attention read
 * @param denseKvBytesRead bytes that dense attention over all tokens reads
 */
public record LayerLedger(
    long rows,
    long denseRows,
    long pairs,
    long densePairs,
    long kvBytesRead,
    long denseKvBytesRead) {

  /** What was done since {@code earlier}. */
  LayerLedger minus(LayerLedger earlier) {
    return new LayerLedger(
        rows - earlier.rows,
        denseRows - earlier.denseRows,
        pairs - earlier.pairs,
        densePairs - earlier.densePairs,
        kvBytesRead - earlier.kvBytesRead,
        denseKvBytesRead - earlier.denseKvBytesRead);
  }
}
