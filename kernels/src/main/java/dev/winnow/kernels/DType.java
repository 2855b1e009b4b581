package dev.winnow.kernels;

/** Element types a {@link Buffer} can hold; arithmetic is always float32. */
public enum DType {
  /** IEEE 754 single precision, 4 bytes. */
  F32(4),
  /** IEEE 754 half precision, 2 bytes. */
  F16(2),
  /** The upper half of a float32, 2 bytes. */
  BF16(2),
  /** Signed 32-bit integer, 4 bytes: row indices. */
  I32(4);

  private final int bytes;

  DType(int bytes) {
    this.bytes = bytes;
  }

  /** Size of one element in bytes. */
  public int bytes() {
    return bytes;
  }

  /** Whether the type holds floating-point numbers, so that keys and values can be stored in it. */
  public boolean isFloat() {
    return this != I32;
  }

  /** The bits of the nearest bfloat16 number, the even one of two; a NaN stays one. */
  public static short floatToBfloat16(float value) {
    int bits = Float.floatToRawIntBits(value);
    if (Float.isNaN(value)) {
      return (short) ((bits >> 16) | 0x40); // even when only low mantissa bits were set
    }
    return (short) ((bits + 0x7fff + ((bits >> 16) & 1)) >> 16);
  }
}
