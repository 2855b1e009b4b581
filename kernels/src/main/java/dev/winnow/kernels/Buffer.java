package dev.winnow.kernels;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * A typed, fixed-size piece of native memory, zero-filled when allocated.
 *
 * <p>An owning buffer frees its memory on {@link #close()}; a {@linkplain #wrap wrapping} one never
 * does. Reading a closed buffer throws {@link IllegalStateException}.
 */
public final class Buffer implements AutoCloseable {
  private static final long ALIGNMENT = 64;

  private final DType dtype;
  private final MemorySegment segment;
  private final Arena arena;

  private Buffer(DType dtype, MemorySegment segment, Arena arena) {
    this.dtype = dtype;
    this.segment = segment;
    this.arena = arena;
  }

  /**
   * Allocates {@code elements} zeroed elements, aligned to a cache line.
   *
   * @throws IllegalArgumentException if {@code elements} is negative
   * @throws OutOfMemoryError if the machine has no such memory
   */
  @SuppressWarnings("MustBeClosedChecker") // the buffer owns the arena and closes it
  public static Buffer allocate(DType dtype, long elements) {
    if (elements < 0) {
      throw new IllegalArgumentException("elements must be >= 0, got " + elements);
    }
    Arena arena = Arena.ofShared();
    long bytes = Math.max(1, Math.multiplyExact(elements, dtype.bytes()));
    MemorySegment segment = arena.allocate(bytes, ALIGNMENT).asSlice(0, elements * dtype.bytes());
    return new Buffer(dtype, segment, arena);
  }

  /** Views memory owned by someone else, who must keep it alive; native or heap. */
  public static Buffer wrap(DType dtype, MemorySegment segment) {
    if (segment.byteSize() % dtype.bytes() != 0) {
      throw new IllegalArgumentException(
          "segment of " + segment.byteSize() + " bytes does not hold whole " + dtype + " elements");
    }
    return new Buffer(dtype, segment, null);
  }

  /** A float32 buffer holding a copy of {@code values}. */
  public static Buffer of(float... values) {
    Buffer buffer = allocate(DType.F32, values.length);
    MemorySegment.copy(
        values, 0, buffer.segment, ValueLayout.JAVA_FLOAT_UNALIGNED, 0, values.length);
    return buffer;
  }

  /** The element type. */
  public DType dtype() {
    return dtype;
  }

  /** The number of elements. */
  public long elements() {
    return segment.byteSize() / dtype.bytes();
  }

  /** The size in bytes. */
  public long bytes() {
    return segment.byteSize();
  }

  /** The memory itself, exactly {@link #bytes()} long. */
  public MemorySegment segment() {
    return segment;
  }

  /** Element {@code index} widened to float32. */
  public float getFloat(long index) {
    return switch (dtype) {
      case F32 -> segment.get(ValueLayout.JAVA_FLOAT_UNALIGNED, index * 4);
      case F16 -> Float.float16ToFloat(segment.get(ValueLayout.JAVA_SHORT_UNALIGNED, index * 2));
      case BF16 ->
          Float.intBitsToFloat(segment.get(ValueLayout.JAVA_SHORT_UNALIGNED, index * 2) << 16);
      case I32 -> segment.get(ValueLayout.JAVA_INT_UNALIGNED, index * 4);
    };
  }

  /** Sets element {@code index}, rounded to the nearest number of this type, ties to even. */
  public void setFloat(long index, float value) {
    switch (dtype) {
      case F32 -> segment.set(ValueLayout.JAVA_FLOAT_UNALIGNED, index * 4, value);
      case F16 ->
          segment.set(ValueLayout.JAVA_SHORT_UNALIGNED, index * 2, Float.floatToFloat16(value));
      case BF16 ->
          segment.set(ValueLayout.JAVA_SHORT_UNALIGNED, index * 2, DType.floatToBfloat16(value));
      case I32 -> throw new IllegalArgumentException("not a floating-point type: " + dtype);
    }
  }

  /** Copies out {@code count} elements from {@code from}, widened to float32. */
  public float[] toFloats(long from, int count) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = getFloat(from + i);
    }
    return values;
  }

  @Override
  public void close() {
    if (arena != null && segment.scope().isAlive()) {
      arena.close();
    }
  }
}
