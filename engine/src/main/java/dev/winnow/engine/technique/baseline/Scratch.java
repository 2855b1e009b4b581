package dev.winnow.engine.technique.baseline;

import dev.winnow.kernels.Buffer;
import dev.winnow.kernels.DType;
import dev.winnow.kernels.HeadsView;
import java.lang.foreign.MemorySegment;

/** Float32 memory that grows and is used again. */
final class Scratch implements AutoCloseable {
  private Buffer buffer = Buffer.allocate(DType.F32, 0);

  /** Memory of at least {@code elements}; what it held is lost if it has to grow. */
  Buffer of(long elements) {
    if (buffer.elements() < elements) {
      buffer.close();
      buffer = Buffer.allocate(DType.F32, Math.max(elements, 2 * buffer.elements()));
    }
    return buffer;
  }

  /** A dense copy of {@code from}. */
  HeadsView copyOf(HeadsView from) {
    int width = from.heads() * from.headDim();
    Buffer to = of((long) from.rows() * width);
    for (int row = 0; row < from.rows(); row++) {
      MemorySegment.copy(
          from.buffer().segment(),
          from.index(row, 0) * Float.BYTES,
          to.segment(),
          (long) row * width * Float.BYTES,
          (long) width * Float.BYTES);
    }
    return HeadsView.dense(to, from.rows(), from.heads(), from.headDim());
  }

  /** A dense copy of row {@code row} of {@code from}, times {@code factor}. */
  HeadsView scaled(HeadsView from, int row, float factor) {
    HeadsView copy = copyOf(from.slice(row, 1));
    for (int i = 0; i < from.heads() * from.headDim(); i++) {
      copy.buffer().setFloat(i, copy.buffer().getFloat(i) * factor);
    }
    return copy;
  }

  long bytes() {
    return buffer.bytes();
  }

  @Override
  public void close() {
    buffer.close();
  }
}
