package dev.winnow.kernels.cpu;

import dev.winnow.kernels.KeyStore;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/** Scores the rows of one head of one page on one thread, with that thread's scratch memory. */
final class KeyScorer {
  /** Elements from the scores of one query to those of the next. */
  static final int STRIDE = KeyStore.PAGE_TOKENS + Lanes.N;

  // Rows are copied and multiplied in steps of about 4 KiB, so that the processor overlaps the
  // arithmetic with the arrival of the next rows.
  private static final int BATCH_ELEMENTS = 2048;
  private static final int MIN_BATCH = Math.max(16, Lanes.N);

  private float[] scores = new float[0];
  private float[] rows = new float[0];
  private float[] flat = new float[0];
  private int[] packed = new int[0];
  private float[] pairs = new float[0];

  /** {@code [queries, STRIDE]}: row {@code t} of the page at {@code t}. */
  float[] scores() {
    return scores;
  }

  /** Scores rows {@code [first, last)} of a page into {@link #scores()}. */
  void score(KeyStore keys, int head, int page, int first, int last, QueryGroup group) {
    int batch =
        Math.clamp(
            Integer.highestOneBit(Math.max(1, BATCH_ELEMENTS / group.headDim)),
            MIN_BATCH,
            KeyStore.PAGE_TOKENS);
    reserve(group, batch);
    MemorySegment source = keys.keys(page).segment();
    for (int row = first / batch * batch; row < last; row += batch) {
      int begin = Math.max(row, first);
      int count = Math.min(row + batch, last) - begin;
      if (group.format == null
          || !(group.narrowOrder == null
              ? wide(keys, source, head, begin, count, group)
              : narrow(keys, source, head, begin, count, group))) {
        widened(keys, source, head, begin, count, group);
      }
    }
  }

  private boolean wide(
      KeyStore keys, MemorySegment source, int head, int row, int count, QueryGroup group) {
    int width = group.headDim / 2;
    long from = 2 * keys.index(head, row);
    if (!HalfFloats.pack(source, from, packed, 0, count * width, group.format.special())) {
      return false;
    }
    PackedProducts.scores(
        packed,
        count,
        width,
        group.format,
        group.packed,
        group.queries,
        scores,
        row,
        STRIDE,
        pairs);
    return true;
  }

  /** Scores whole vectors of rows: pages hold whole vectors, so those around are there too. */
  private boolean narrow(
      KeyStore keys, MemorySegment source, int head, int row, int count, QueryGroup group) {
    int width = group.headDim / 2;
    int begin = row / Lanes.N * Lanes.N;
    int rounded = Lanes.roundUp(row + count - begin);
    long from = 2 * keys.index(head, begin);
    if (!HalfFloats.pack(source, from, packed, 0, rounded * width, group.format.special())) {
      return false;
    }
    NarrowProducts.scores(
        packed,
        rounded,
        width,
        group.format,
        group.narrowOrder,
        group.packed,
        group.queries,
        scores,
        begin,
        STRIDE,
        pairs);
    return true;
  }

  private void widened(
      KeyStore keys, MemorySegment source, int head, int row, int count, QueryGroup group) {
    int headDim = group.headDim;
    long from = keys.index(head, row) * keys.dtype().bytes();
    if (group.stride == headDim) {
      HalfFloats.widen(keys.dtype(), source, from, rows, 0, count * headDim);
    } else {
      HalfFloats.widen(keys.dtype(), source, from, flat, 0, count * headDim);
      for (int i = 0; i < count; i++) {
        int at = i * group.stride;
        System.arraycopy(flat, i * headDim, rows, at, headDim);
        Arrays.fill(rows, at + headDim, at + group.stride, 0f);
      }
    }
    RowProducts.scores(group.q, group.queries, rows, count, group.stride, scores, row, STRIDE);
  }

  private void reserve(QueryGroup group, int batch) {
    if (scores.length < group.queries * STRIDE) {
      scores = new float[group.queries * STRIDE];
    }
    int elements = batch * group.stride;
    if (rows.length < elements) {
      rows = new float[elements];
      flat = new float[elements];
      packed = new int[elements];
      pairs = new float[3 * (elements / 2 + Lanes.N * (batch / 2 + 2))];
    }
  }
}
