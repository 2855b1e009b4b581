package dev.winnow.engine.technique;

import dev.winnow.kernels.Buffer;
import dev.winnow.kernels.DType;

/**
 * Float32 memory of a session that grows with what is asked for and is used again; not for use by
 * several threads at once.
 */
public final class Scratch implements AutoCloseable {
  private static final long LEAST = 1024;

  private Buffer buffer;

  /** Memory of at least {@code elements}, with whatever the last user left in it. */
  public Buffer of(long elements) {
    if (buffer == null || buffer.elements() < elements) {
      close();
      // A sequence grows token by token: with room to spare it seldom has to be replaced.
      buffer = Buffer.allocate(DType.F32, Math.max(LEAST, elements + elements / 4));
    }
    return buffer;
  }

  /** Memory held, in bytes. */
  public long bytes() {
    return buffer == null ? 0 : buffer.bytes();
  }

  /** Frees it; it can be asked for again. */
  @Override
  public void close() {
    if (buffer != null) {
      buffer.close();
      buffer = null;
    }
  }
}
