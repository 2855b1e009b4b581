package dev.winnow.engine.technique.fasa;

import dev.winnow.engine.technique.Scratch;
import dev.winnow.kernels.Buffer;
import dev.winnow.kernels.Kernels;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/**
 * What each chunk contributes to the dot products of one query with its keys, and how far chunks
 * agree with the whole. Not for use by several threads.
 */
final class ChunkScores implements AutoCloseable {
  private final Kernels kernels;
  private final int[][] dims;
  private final Scratch memory = new Scratch();
  private float[] row = new float[0];
  private float[] sum = new float[0];
  private boolean[] best = new boolean[0];
  private int count;

  /** Over chunks of two dimensions each, {@code [chunks, 2]}. */
  ChunkScores(Kernels kernels, int[][] dims) {
    this.kernels = kernels;
    this.dims = dims;
  }

  /** Scores keys {@code [from, to)} for {@code query}. */
  void compute(float[] query, KeyColumns keys, int from, int to) {
    count = to - from;
    if (row.length < count) {
      row = new float[count + count / 4];
      sum = new float[row.length];
      best = new boolean[row.length];
    }
    Arrays.fill(sum, 0, count, 0);
    for (int chunk = 0; chunk < dims.length; chunk++) {
      int a = dims[chunk][0];
      int b = dims[chunk][1];
      multiply(query[a], keys.column(a), query[b], keys.column(b), from);
      put(chunk, row);
    }
    put(dims.length, sum);
  }

  private void multiply(float queryA, float[] a, float queryB, float[] b, int from) {
    for (int i = 0; i < count; i++) {
      float score = queryA * a[from + i] + queryB * b[from + i];
      row[i] = score;
      sum[i] += score;
    }
  }

  private void put(int index, float[] values) {
    MemorySegment segment = memory.of((dims.length + 1L) * count).segment();
    long at = (long) index * count * Float.BYTES;
    MemorySegment.copy(values, 0, segment, ValueLayout.JAVA_FLOAT_UNALIGNED, at, count);
  }

  /** Keys that were scored. */
  int count() {
    return count;
  }

  /**
   * For each chunk, how many of the {@code window} keys that it scores highest are among the {@code
   * window} of the whole dot product.
   */
  int[] overlaps(int window) {
    int[][] top = kernels.topKRows(scores(), dims.length + 1, count, window);
    mark(top[dims.length]);
    return Arrays.stream(top, 0, dims.length).mapToInt(this::marked).toArray();
  }

  /** The same of the sum of {@code chunks}. */
  int overlap(int[] chunks, int window) {
    mark(kernels.topK(scores(), (long) dims.length * count, count, window));
    Arrays.fill(sum, 0, count, 0);
    for (int chunk : chunks) {
      MemorySegment.copy(
          scores().segment(),
          ValueLayout.JAVA_FLOAT_UNALIGNED,
          (long) chunk * count * Float.BYTES,
          row,
          0,
          count);
      for (int i = 0; i < count; i++) {
        sum[i] += row[i];
      }
    }
    try (Buffer ranked = Buffer.of(Arrays.copyOf(sum, count))) {
      return marked(kernels.topK(ranked, 0, count, window));
    }
  }

  /** Scores {@code [chunks + 1, count]}; the last row is the whole dot product. */
  private Buffer scores() {
    return memory.of((dims.length + 1L) * count);
  }

  private void mark(int[] rows) {
    Arrays.fill(best, 0, count, false);
    for (int index : rows) {
      best[index] = true;
    }
  }

  private int marked(int[] rows) {
    int marked = 0;
    for (int index : rows) {
      marked += best[index] ? 1 : 0;
    }
    return marked;
  }

  @Override
  public void close() {
    memory.close();
  }
}
