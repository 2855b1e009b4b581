package dev.winnow.engine.technique.actqkv;

import dev.winnow.kernels.Buffer;
import dev.winnow.kernels.DType;
import dev.winnow.kernels.HeadsView;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Memory of a session that is written anew for each layer. */
final class Scratch implements AutoCloseable {
  private Buffer queries;
  private Buffer probe;
  private Buffer scores;

  /** A copy of {@code from}, valid until the next call. */
  HeadsView copyOf(HeadsView from) {
    int rowElements = from.heads() * from.headDim();
    queries = atLeast(queries, (long) from.rows() * rowElements);
    HeadsView copy = HeadsView.dense(queries, from.rows(), from.heads(), from.headDim());
    for (int row = 0; row < from.rows(); row++) {
      MemorySegment.copy(
          from.buffer().segment(),
          from.index(row, 0) * Float.BYTES,
          queries.segment(),
          copy.index(row, 0) * Float.BYTES,
          (long) rowElements * Float.BYTES);
    }
    return copy;
  }

  /**
   * A probe as one head of {@code width} elements: neighbouring heads of {@code values} are summed
   * where that is narrower.
   *
   * @param values {@code [heads, headDim]}
   */
  HeadsView probe(double[] values, int width, int headDim) {
    probe = atLeast(probe, width);
    int group = values.length / width;
    for (int i = 0; i < width; i++) {
      double sum = 0;
      for (int member = 0; member < group; member++) {
        sum += values[(i / headDim * group + member) * headDim + i % headDim];
      }
      probe.segment().set(ValueLayout.JAVA_FLOAT_UNALIGNED, (long) i * Float.BYTES, (float) sum);
    }
    return HeadsView.dense(probe, 1, 1, width);
  }

  /** Room for {@code count} scores. */
  Buffer scores(int count) {
    scores = atLeast(scores, count);
    return scores;
  }

  private static Buffer atLeast(Buffer present, long elements) {
    if (present != null && present.elements() >= elements) {
      return present;
    }
    if (present != null) {
      present.close();
    }
    return Buffer.allocate(DType.F32, present == null ? elements : 2 * elements);
  }

  long bytes() {
    return bytes(queries) + bytes(probe) + bytes(scores);
  }

  private static long bytes(Buffer buffer) {
    return buffer == null ? 0 : buffer.bytes();
  }

  @Override
  public void close() {
    for (Buffer buffer : new Buffer[] {queries, probe, scores}) {
      if (buffer != null) {
        buffer.close();
      }
    }
  }
}
