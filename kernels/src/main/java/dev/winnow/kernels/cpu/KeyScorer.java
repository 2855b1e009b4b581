package dev.winnow.kernels.cpu;

import dev.winnow.kernels.DType;
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

  /**
   * Scores rows {@code [first, last)} of a page into {@link #scores()}; what stands there for other
   * rows is undefined.
   */
  void score(KeyStore keys, int head, int page, int first, int last, QueryGroup group) {
    if (group.byDimension) {
      byDimension(keys, head, page, first, last, group);
    } else {
      byRow(keys, head, page, first, last, group);
    }
  }

  /**
   * Stores {@code e^(score - base)} of all rows of a page, with a base of {@code softmax} for each
   * query, at {@code weights[at + query * stride..]}.
   *
   * @return false, and nothing of use in {@code weights}, if this page needs its scores looked at
   *     first
   */
  boolean weigh(
      KeyStore keys,
      int head,
      int page,
      QueryGroup group,
      float[] weights,
      int at,
      int stride,
      PageSoftmax softmax) {
    if (!group.byDimension || group.format == null) {
      return false;
    }
    MemorySegment source = keys.keys(page).segment();
    long from = keys.index(head, 0) * keys.dtype().bytes();
    // A little at a time, so that arithmetic goes on while the next keys arrive.
    int keysAtOnce = 2 * KeyStore.BLOCK_TOKENS;
    for (int row = 0; row < KeyStore.PAGE_TOKENS; row += keysAtOnce) {
      long rowFrom = from + (long) row * group.headDim * keys.dtype().bytes();
      if (!columns(source, rowFrom, 2, group, weights, at + row, stride)) {
        return false;
      }
      if (row == 0) {
        // The first keys tell where about the scores of the page lie.
        softmax.begin(weights, at, stride, keysAtOnce, group.queries);
      }
      softmax.weigh(weights, at + row, stride, keysAtOnce);
    }
    return softmax.holds();
  }

  private static boolean columns(
      MemorySegment source,
      long from,
      int blocks,
      QueryGroup group,
      float[] target,
      int at,
      int stride) {
    return ColumnProducts.scores(
        source,
        from,
        blocks,
        group.headDim,
        group.format,
        group.packed,
        group.queries,
        target,
        at,
        stride);
  }

  /** Scores whole blocks: pages hold whole blocks, so the rows around are there too. */
  private void byDimension(
      KeyStore keys, int head, int page, int first, int last, QueryGroup group) {
    int width = group.headDim;
    int begin = first / KeyStore.BLOCK_TOKENS * KeyStore.BLOCK_TOKENS;
    int blocks = (last - begin + KeyStore.BLOCK_TOKENS - 1) / KeyStore.BLOCK_TOKENS;
    int elements = blocks * KeyStore.BLOCK_TOKENS * width;
    reserve(group, 0);
    MemorySegment source = keys.keys(page).segment();
    long from = keys.index(head, begin) * keys.dtype().bytes();
    if (group.format != null && columns(source, from, blocks, group, scores, begin, STRIDE)) {
      return;
    }
    if (rows.length < elements) {
      rows = new float[elements];
    }
    HalfFloats.widen(keys.dtype(), source, from, rows, 0, elements);
    ColumnProducts.widened(
        rows, blocks, width, group.q, group.queries, group.stride, scores, begin, STRIDE);
    if (keys.dtype() != DType.F32) {
      for (int j = 0; j < group.queries; j++) {
        ColumnProducts.order(scores, j * STRIDE + begin, blocks);
      }
    }
  }

  private void byRow(KeyStore keys, int head, int page, int first, int last, QueryGroup group) {
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
    if (flat.length < elements) {
      rows = new float[elements];
      flat = new float[elements];
      packed = new int[elements];
      pairs = new float[3 * (elements / 2 + Lanes.N * (batch / 2 + 2))];
    }
  }
}
