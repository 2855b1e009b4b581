package dev.winnow.kernels.cpu;

import dev.winnow.kernels.Buffer;
import dev.winnow.kernels.HeadsView;
import dev.winnow.kernels.KeyStore;
import dev.winnow.kernels.SelectionCost;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.atomic.LongAdder;

/** One call of scoreKeys: slices of one key head's rows, each scored for its whole group. */
final class KeyScores {
  private static final int BATCH = 32;

  // Below this many multiply-adds a job is done before another thread has woken up.
  private static final long MIN_PARALLEL_WORK = 500_000;
  private static final int SLICE = 4 * KeyStore.PAGE_TOKENS;

  private final KeyStore keys;
  private final int from;
  private final int to;
  private final Buffer scores;
  private final int group;
  private final int headDim;
  private final int stride;
  private final float[] q; // [heads, stride]
  private final LongAdder scored = new LongAdder();

  KeyScores(HeadsView queries, KeyStore keys, int from, int to, Buffer scores) {
    this.keys = keys;
    this.from = from;
    this.to = to;
    this.scores = scores;
    group = queries.heads() / keys.heads();
    headDim = keys.headDim();
    stride = Lanes.roundUp(headDim);
    q = new float[queries.heads() * stride];
    for (int h = 0; h < queries.heads(); h++) {
      MemorySegment.copy(
          queries.buffer().segment(),
          ValueLayout.JAVA_FLOAT_UNALIGNED,
          4 * queries.index(0, h),
          q,
          h * stride,
          headDim);
    }
  }

  SelectionCost run(WorkerPool pool) {
    int slices = (to - from + SLICE - 1) / SLICE;
    WorkerPool.Task task =
        (index, worker) -> {
          int begin = from + index % slices * SLICE;
          score(index / slices, begin, Math.min(to, begin + SLICE));
        };
    int tasks = Math.multiplyExact(slices, keys.heads());
    if ((long) (to - from) * q.length < MIN_PARALLEL_WORK) {
      pool.runHere(tasks, task);
    } else {
      pool.run(tasks, task);
    }
    long rows = scored.sum();
    return new SelectionCost(2 * rows * group * headDim, rows * headDim * keys.dtype().bytes());
  }

  private void score(int head, int begin, int end) {
    float[] rows = new float[BATCH * stride];
    float[] q = new float[group * stride];
    System.arraycopy(this.q, head * group * stride, q, 0, q.length);
    float[] s = new float[group * BATCH];
    for (int row = begin; row < end; ) {
      int page = KeyStore.PAGE_TOKENS - row % KeyStore.PAGE_TOKENS;
      int count = Math.min(Math.min(BATCH, page), end - row);
      load(head, row, count, rows);
      RowProducts.scores(q, group, rows, count, stride, s, 0, BATCH);
      for (int j = 0; j < group; j++) {
        long at = (long) (head * group + j) * (to - from) + row - from;
        MemorySegment.copy(
            s, j * BATCH, scores.segment(), ValueLayout.JAVA_FLOAT_UNALIGNED, 4 * at, count);
      }
      scored.add(count);
      row += count;
    }
  }

  private void load(int head, int row, int count, float[] target) {
    MemorySegment source = keys.keys(row / KeyStore.PAGE_TOKENS).segment();
    long at = keys.index(head, row) * keys.dtype().bytes();
    for (int i = 0; i < count; i++) {
      long rowAt = at + (long) i * headDim * keys.dtype().bytes();
      HalfFloats.widen(keys.dtype(), source, rowAt, target, i * stride, headDim);
    }
  }
}
