package dev.winnow.models.checkpoint;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/** Converts stored little-endian elements to float32. */
interface Decoder {

  /** Most elements asked for in one call: small enough that the scratch arrays stay in L1 or L2. */
  int MAX_ELEMENTS = 8192;

  /**
   * Converts consecutive elements.
   *
   * @param source the stored bytes
   * @param offset where to start, in bytes
   * @param out filled from index 0
   * @param elements how many, a multiple of the type's block, at most {@link #MAX_ELEMENTS}
   */
  void decode(MemorySegment source, long offset, float[] out, int elements);

  /** IEEE single precision. */
  static void f32(MemorySegment source, long offset, float[] out, int elements) {
    MemorySegment.copy(source, Little.FLOAT, offset, out, 0, elements);
  }

  /** IEEE double precision, rounded to single. */
  static void f64(MemorySegment source, long offset, float[] out, int elements) {
    double[] stored = new double[elements];
    MemorySegment.copy(source, Little.DOUBLE, offset, stored, 0, elements);
    for (int i = 0; i < elements; i++) {
      out[i] = (float) stored[i];
    }
  }

  /** IEEE half precision. */
  static void f16(MemorySegment source, long offset, float[] out, int elements) {
    short[] stored = new short[elements];
    MemorySegment.copy(source, Little.SHORT, offset, stored, 0, elements);
    for (int i = 0; i < elements; i++) {
      out[i] = Float.float16ToFloat(stored[i]);
    }
  }

  /** The upper half of a single-precision number. */
  static void bf16(MemorySegment source, long offset, float[] out, int elements) {
    short[] stored = new short[elements];
    MemorySegment.copy(source, Little.SHORT, offset, stored, 0, elements);
    for (int i = 0; i < elements; i++) {
      out[i] = Float.intBitsToFloat(stored[i] << 16);
    }
  }

  /** Signed bytes. */
  static void i8(MemorySegment source, long offset, float[] out, int elements) {
    for (int i = 0; i < elements; i++) {
      out[i] = source.get(ValueLayout.JAVA_BYTE, offset + i);
    }
  }

  /** Unsigned bytes; booleans are stored as 0 and 1. */
  static void u8(MemorySegment source, long offset, float[] out, int elements) {
    for (int i = 0; i < elements; i++) {
      out[i] = Byte.toUnsignedInt(source.get(ValueLayout.JAVA_BYTE, offset + i));
    }
  }

  /** Signed 16-bit integers. */
  static void i16(MemorySegment source, long offset, float[] out, int elements) {
    for (int i = 0; i < elements; i++) {
      out[i] = source.get(Little.SHORT, offset + 2L * i);
    }
  }

  /** Signed 32-bit integers, rounded to single precision. */
  static void i32(MemorySegment source, long offset, float[] out, int elements) {
    for (int i = 0; i < elements; i++) {
      out[i] = (float) source.get(Little.INT, offset + 4L * i);
    }
  }

  /** Signed 64-bit integers, rounded to single precision. */
  static void i64(MemorySegment source, long offset, float[] out, int elements) {
    for (int i = 0; i < elements; i++) {
      out[i] = (float) source.get(Little.LONG, offset + 8L * i);
    }
  }

  /** Layouts of both formats: little-endian, not aligned. */
  final class Little {
    static final ValueLayout.OfShort SHORT =
        ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    static final ValueLayout.OfInt INT =
        ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    static final ValueLayout.OfLong LONG =
        ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    static final ValueLayout.OfFloat FLOAT =
        ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    static final ValueLayout.OfDouble DOUBLE =
        ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private Little() {}
  }
}
