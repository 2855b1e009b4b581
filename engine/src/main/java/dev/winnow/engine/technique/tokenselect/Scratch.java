package dev.winnow.engine.technique.tokenselect;

import dev.winnow.kernels.Buffer;
import dev.winnow.kernels.DType;

/** Float32 memory that grows with what is asked for and is used again. */
final class Scratch implements AutoCloseable {
  private static final long LEAST = 1024;

  private Buffer buffer;

  /** Memory of at least {@code elements}, with whatever the last user left in it. */
  Buffer of(long elements) {
    if (buffer == null || buffer.elements() < elements) {
      close();
      // A sequence grows token by token: with some room to spare it seldom has to be replaced.
      buffer = Buffer.allocate(DType.F32, Math.max(LEAST, elements + elements / 4));
    }
    return buffer;
  }

  long bytes() {
    return buffer == null ? 0 : buffer.bytes();
  }

  @Override
  public void close() {
    if (buffer != null) {
      buffer.close();
      buffer = null;
    }
  }
}
