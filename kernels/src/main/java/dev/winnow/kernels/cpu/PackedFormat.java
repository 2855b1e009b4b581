package dev.winnow.kernels.cpu;

import dev.winnow.kernels.DType;
import java.nio.ByteOrder;

/**
 * How to read two sixteen-bit elements of one int as floats without a conversion: shift the element
 * to the top, shift it right by {@link #shift()} with its sign, and keep {@link #mask()}.
 *
 * <p>Half precision comes out {@code 1 / scale} times too small, exactly, subnormals included: what
 * it is multiplied with has to bring the scale along. Only its infinities and NaNs are lost, so
 * elements whose exponent is {@link #special()} need the conversion.
 *
 * @param shift bits that the exponent is narrower than that of float32
 * @param mask the bits of a float32 that the element fills
 * @param special exponent bits of the elements that cannot be read so
 * @param scale what the floats have to be multiplied with, a power of two
 * @param limit the smallest magnitude that overflows when multiplied by the scale
 */
record PackedFormat(int shift, int mask, short special, float scale, float limit) {
  static final PackedFormat F16 =
      new PackedFormat(3, 0x8fffe000, (short) 0x7c00, 0x1p112f, 0x1p16f);
  // Infinities and NaNs survive, but passing them over keeps one rule for both formats.
  static final PackedFormat BF16 =
      new PackedFormat(0, 0xffff0000, (short) 0x7f80, 1f, Float.POSITIVE_INFINITY);

  /** The format of {@code dtype} if heads of {@code headDim} fill whole vectors, or null. */
  static PackedFormat of(DType dtype, int headDim) {
    boolean fits =
        headDim % (2 * Lanes.N) == 0 && ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN;
    if (fits && dtype == DType.F16) {
      return F16;
    }
    return fits && dtype == DType.BF16 ? BF16 : null;
  }

  /**
   * Rearranges a head as the elements come out of their ints: of every {@code 2 N} elements first
   * those with even index, then the odd ones.
   */
  static void split(float[] source, int at, float[] target, int to, int headDim) {
    for (int i = 0; i < headDim; i++) {
      target[to + place(i)] = source[at + i];
    }
  }

  /** Where {@link #split} puts element {@code i} of a head. */
  static int place(int i) {
    int block = i / (2 * Lanes.N) * (2 * Lanes.N);
    return block + (i & 1) * Lanes.N + i % (2 * Lanes.N) / 2;
  }
}
