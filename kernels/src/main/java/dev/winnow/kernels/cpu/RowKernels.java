package dev.winnow.kernels.cpu;

import dev.winnow.kernels.HeadsView;
import dev.winnow.kernels.KvPages;
import dev.winnow.kernels.RotaryTable;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.function.IntUnaryOperator;

/** The kernels that treat every row alike: rotation, and storing keys and values. */
final class RowKernels {
  private static final int ROWS_PER_TASK = 32;

  private final WorkerPool pool;

  RowKernels(WorkerPool pool) {
    this.pool = pool;
  }

  void rotate(HeadsView x, RotaryTable table, IntUnaryOperator position) {
    int width = x.heads() * x.headDim();
    forRows(
        x.rows(),
        (from, to) -> {
          float[] row = new float[width];
          MemorySegment segment = x.buffer().segment();
          for (int r = from; r < to; r++) {
            long at = 4 * x.index(r, 0);
            MemorySegment.copy(segment, ValueLayout.JAVA_FLOAT_UNALIGNED, at, row, 0, width);
            int p = position.applyAsInt(r);
            RotaryTable.Block block = table.block(p);
            for (int head = 0; head < x.heads(); head++) {
              Rotate.head(row, head * x.headDim(), table.config(), block, table.rowInBlock(p));
            }
            MemorySegment.copy(row, 0, segment, ValueLayout.JAVA_FLOAT_UNALIGNED, at, width);
          }
        });
  }

  void append(HeadsView keys, HeadsView values, KvPages cache) {
    int length = cache.length();
    forRows(
        keys.rows(),
        (from, to) -> {
          float[] row = new float[keys.heads() * keys.headDim()];
          for (int r = from; r < to; r++) {
            KvPages.Page page = cache.page((length + r) / KvPages.PAGE_TOKENS);
            store(keys, r, cache, length + r, page.keys().segment(), row);
            store(values, r, cache, length + r, page.values().segment(), row);
          }
        });
    cache.setLength(length + keys.rows());
  }

  private static void store(
      HeadsView source, int r, KvPages cache, int token, MemorySegment target, float[] row) {
    MemorySegment.copy(
        source.buffer().segment(),
        ValueLayout.JAVA_FLOAT_UNALIGNED,
        4 * source.index(r, 0),
        row,
        0,
        row.length);
    int headDim = cache.headDim();
    for (int head = 0; head < cache.kvHeads(); head++) {
      long to = cache.index(head, token) * cache.dtype().bytes();
      HalfFloats.narrow(row, head * headDim, cache.dtype(), target, to, headDim);
    }
  }

  @FunctionalInterface
  private interface RowRange {
    void run(int from, int to);
  }

  private void forRows(int rows, RowRange body) {
    int tasks = (rows + ROWS_PER_TASK - 1) / ROWS_PER_TASK;
    pool.run(
        tasks,
        (index, worker) ->
            body.run(index * ROWS_PER_TASK, Math.min(rows, (index + 1) * ROWS_PER_TASK)));
  }
}
