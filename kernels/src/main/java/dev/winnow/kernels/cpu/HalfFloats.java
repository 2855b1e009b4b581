package dev.winnow.kernels.cpu;

import dev.winnow.kernels.DType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/** Conversions between stored elements and float32. */
final class HalfFloats {
  private static final ByteOrder NATIVE = ByteOrder.nativeOrder();
  private static final int F16_SIGN_AND_MAGNITUDE = 0x8fffe000;
  private static final int F16_EXPONENT = 0x7c00;
  private static final int F32_EXPONENT = 0x7f800000;

  private HalfFloats() {}

  /** Widens {@code count} elements at byte {@code from} of {@code source} into {@code target}. */
  static void widen(
      DType dtype, MemorySegment source, long from, float[] target, int at, int count) {
    switch (dtype) {
      case F32 ->
          MemorySegment.copy(source, ValueLayout.JAVA_FLOAT_UNALIGNED, from, target, at, count);
      case F16 -> widenF16(source, from, target, at, count);
      case BF16 -> widenBf16(source, from, target, at, count);
      case I32 -> throw new IllegalArgumentException("not a floating-point type: " + dtype);
    }
  }

  private static void widenF16(MemorySegment source, long from, float[] target, int at, int count) {
    int i = 0;
    for (; i <= count - 2 * Lanes.N; i += 2 * Lanes.N) {
      ShortVector pair = pair(source, from + 2L * i);
      f16(half(pair, 0)).intoArray(target, at + i);
      f16(half(pair, 1)).intoArray(target, at + i + Lanes.N);
    }
    for (; i <= count - Lanes.N; i += Lanes.N) {
      f16(shorts(source, from + 2L * i)).intoArray(target, at + i);
    }
    for (; i < count; i++) {
      target[at + i] =
          Float.float16ToFloat(source.get(ValueLayout.JAVA_SHORT_UNALIGNED, from + 2L * i));
    }
  }

  private static void widenBf16(
      MemorySegment source, long from, float[] target, int at, int count) {
    int i = 0;
    for (; i <= count - 2 * Lanes.N; i += 2 * Lanes.N) {
      ShortVector pair = pair(source, from + 2L * i);
      bf16(half(pair, 0)).intoArray(target, at + i);
      bf16(half(pair, 1)).intoArray(target, at + i + Lanes.N);
    }
    for (; i <= count - Lanes.N; i += Lanes.N) {
      bf16(shorts(source, from + 2L * i)).intoArray(target, at + i);
    }
    for (; i < count; i++) {
      int bits = source.get(ValueLayout.JAVA_SHORT_UNALIGNED, from + 2L * i) << 16;
      target[at + i] = Float.intBitsToFloat(bits);
    }
  }

  /**
   * Copies {@code ints} pairs of sixteen-bit elements, a multiple of the lanes, at byte {@code
   * from} of {@code source} as they are.
   *
   * @param special exponent bits that stand for infinity and NaN
   * @return whether no element has that exponent
   */
  static boolean pack(
      MemorySegment source, long from, int[] target, int at, int ints, short special) {
    ShortVector largest = ShortVector.zero(Lanes.SHORT_PAIRS);
    for (int i = 0; i < ints; i += Lanes.N) {
      ShortVector pair = pair(source, from + 4L * i);
      pair.reinterpretAsInts().intoArray(target, at + i);
      largest = largest.max(pair.lanewise(VectorOperators.AND, special));
    }
    return largest.reduceLanes(VectorOperators.MAX) != special;
  }

  /** Copies {@code ints} pairs of sixteen-bit elements like {@link #pack}, but without looking. */
  static void copy(MemorySegment source, long from, int[] target, int at, int ints) {
    for (int i = 0; i < ints; i += Lanes.N) {
      pair(source, from + 4L * i).reinterpretAsInts().intoArray(target, at + i);
    }
  }

  /** Whether none of {@code ints} pairs has an element with exponent {@code special}. */
  static boolean allOrdinary(int[] pairs, int ints, short special) {
    ShortVector largest = ShortVector.zero(Lanes.SHORT_PAIRS);
    for (int i = 0; i < ints; i += Lanes.N) {
      ShortVector pair = IntVector.fromArray(Lanes.INTS, pairs, i).reinterpretAsShorts();
      largest = largest.max(pair.lanewise(VectorOperators.AND, special));
    }
    return largest.reduceLanes(VectorOperators.MAX) != special;
  }

  /** Two vectors' worth of sixteen-bit elements: half as many checked loads. */
  private static ShortVector pair(MemorySegment source, long at) {
    return ShortVector.fromMemorySegment(Lanes.SHORT_PAIRS, source, at, NATIVE);
  }

  private static IntVector half(ShortVector pair, int part) {
    return (IntVector) pair.convertShape(VectorOperators.S2I, Lanes.INTS, part);
  }

  /** Sixteen-bit elements at byte {@code at}, sign-extended to ints. */
  private static IntVector shorts(MemorySegment source, long at) {
    return (IntVector)
        ShortVector.fromMemorySegment(Lanes.SHORTS, source, at, NATIVE)
            .convertShape(VectorOperators.S2I, Lanes.INTS, 0);
  }

  private static FloatVector bf16(IntVector x) {
    return x.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats();
  }

  /**
   * Half precision to float32: with the exponent moved into place the value is 2^112 too small,
   * which the multiplication repairs exactly, subnormals included; infinity and NaN get the
   * exponent they need afterwards.
   */
  private static FloatVector f16(IntVector x) {
    FloatVector small =
        x.lanewise(VectorOperators.LSHL, 13)
            .lanewise(VectorOperators.AND, F16_SIGN_AND_MAGNITUDE)
            .reinterpretAsFloats();
    VectorMask<Integer> special =
        x.lanewise(VectorOperators.AND, F16_EXPONENT).compare(VectorOperators.EQ, F16_EXPONENT);
    return small
        .mul(0x1p112f)
        .reinterpretAsInts()
        .lanewise(VectorOperators.OR, F32_EXPONENT, special)
        .reinterpretAsFloats();
  }

  /** Stores {@code count} float32 elements as {@code dtype}, rounding to nearest, ties to even. */
  static void narrow(
      float[] source, int at, DType dtype, MemorySegment target, long to, int count) {
    switch (dtype) {
      case F32 ->
          MemorySegment.copy(source, at, target, ValueLayout.JAVA_FLOAT_UNALIGNED, to, count);
      case F16 -> {
        for (int i = 0; i < count; i++) {
          short bits = Float.floatToFloat16(source[at + i]);
          target.set(ValueLayout.JAVA_SHORT_UNALIGNED, to + 2L * i, bits);
        }
      }
      case BF16 -> {
        for (int i = 0; i < count; i++) {
          short bits = DType.floatToBfloat16(source[at + i]);
          target.set(ValueLayout.JAVA_SHORT_UNALIGNED, to + 2L * i, bits);
        }
      }
      case I32 -> throw new IllegalArgumentException("not a floating-point type: " + dtype);
    }
  }
}
