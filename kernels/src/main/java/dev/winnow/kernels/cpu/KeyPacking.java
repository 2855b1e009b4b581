package dev.winnow.kernels.cpu;

import dev.winnow.kernels.Buffer;
import dev.winnow.kernels.DType;
import dev.winnow.kernels.KeyPages;
import dev.winnow.kernels.KeyStore;
import dev.winnow.kernels.KvPages;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Copies chosen dimensions of stored keys into a store of their own. */
final class KeyPacking {
  private static final int ROWS_PER_TASK = KeyStore.PAGE_TOKENS;

  private KeyPacking() {}

  static void pack(
      KvPages cache, int firstRow, int rows, int[][] dims, KeyPages packed, WorkerPool pool) {
    int length = packed.length();
    packed.reserve(length + rows);
    int chunks = (rows + ROWS_PER_TASK - 1) / ROWS_PER_TASK;
    WorkerPool.Task task =
        (index, worker) -> {
          int head = index / chunks;
          int begin = index % chunks * ROWS_PER_TASK;
          int end = Math.min(rows, begin + ROWS_PER_TASK);
          int kvHead = head / (packed.heads() / cache.kvHeads());
          for (int r = begin; r < end; r++) {
            copy(cache, kvHead, firstRow + r, dims[head], packed, head, length + r);
          }
        };
    if (chunks <= 1) {
      pool.runHere(chunks * dims.length, task); // one decoded row: copied before anyone wakes up
    } else {
      pool.run(Math.multiplyExact(chunks, dims.length), task);
    }
    packed.setLength(length + rows);
  }

  private static void copy(
      KvPages cache, int kvHead, int row, int[] dims, KeyPages packed, int head, int target) {
    Buffer from = cache.keys(row / KeyStore.PAGE_TOKENS);
    Buffer to = packed.keys(target / KeyStore.PAGE_TOKENS);
    long fromAt = cache.index(kvHead, row);
    long toAt = packed.index(head, target);
    int stride = packed.dimStride();
    if (from.dtype() == to.dtype() && from.dtype() != DType.F32) {
      MemorySegment source = from.segment();
      MemorySegment sink = to.segment();
      for (int d = 0; d < dims.length; d++) {
        short bits = source.get(ValueLayout.JAVA_SHORT_UNALIGNED, 2 * (fromAt + dims[d]));
        sink.set(ValueLayout.JAVA_SHORT_UNALIGNED, 2 * (toAt + (long) d * stride), bits);
      }
      return;
    }
    for (int d = 0; d < dims.length; d++) {
      to.setFloat(toAt + (long) d * stride, from.getFloat(fromAt + dims[d]));
    }
  }
}
