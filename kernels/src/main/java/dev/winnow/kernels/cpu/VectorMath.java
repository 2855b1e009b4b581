package dev.winnow.kernels.cpu;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/** Elementary functions on vectors. */
final class VectorMath {
  // Adding it leaves round(x), as the exponent of a power of two, in the low mantissa bits for
  // |x| < 2^22.
  private static final float ROUND = 0x1.8p23f + 127;

  // Results below 2^-125 are flushed to zero, which keeps the exponent arithmetic free of
  // subnormals.
  private static final float EXP2_MIN = -125f;

  private static final int EXP2_MAX_BITS = Float.floatToRawIntBits(ROUND) + 126;

  /** Natural logarithm of 2. */
  static final double LN2 = Math.log(2);

  /** Binary logarithm of e. */
  static final float LOG2_E = (float) (1 / LN2);

  private VectorMath() {}

  /**
   * {@code 2^x} for {@code x <= 0}, within about 1e-7 relatively; zero below {@code 2^-125}, NaN
   * for NaN.
   */
  static FloatVector exp2(FloatVector x) {
    FloatVector shifted = x.add(ROUND);
    return scaled(x, shifted, shifted.reinterpretAsInts());
  }

  /**
   * Like {@link #exp2}, but for greater {@code x} too: within about 1e-7 up to 126, at least {@code
   * 2^122} or NaN behind.
   */
  static FloatVector exp2OfAny(FloatVector x) {
    FloatVector shifted = x.add(ROUND);
    return scaled(x, shifted, shifted.reinterpretAsInts().min(EXP2_MAX_BITS));
  }

  /** Two to the power of what rounding to {@code shifted} has cut off, and of what it has not. */
  private static FloatVector scaled(FloatVector x, FloatVector shifted, IntVector exponent) {
    FloatVector r = x.sub(shifted.sub(ROUND));
    FloatVector c = FloatVector.broadcast(Lanes.FLOATS, 1.535336188319500e-4f);
    c = c.fma(r, FloatVector.broadcast(Lanes.FLOATS, 1.339887440266574e-3f));
    c = c.fma(r, FloatVector.broadcast(Lanes.FLOATS, 9.618437357674640e-3f));
    c = c.fma(r, FloatVector.broadcast(Lanes.FLOATS, 5.550332471162809e-2f));
    c = c.fma(r, FloatVector.broadcast(Lanes.FLOATS, 2.402264791363012e-1f));
    c = c.fma(r, FloatVector.broadcast(Lanes.FLOATS, 6.931472028550421e-1f));
    c = c.fma(r, FloatVector.broadcast(Lanes.FLOATS, 1f));
    // The exponent bits of ROUND are shifted out.
    FloatVector power = exponent.lanewise(VectorOperators.LSHL, 23).reinterpretAsFloats();
    FloatVector result = c.mul(power);
    return result.blend(0f, x.compare(VectorOperators.LT, EXP2_MIN));
  }

  /** The lanewise greater one; a NaN in {@code b} is passed over, to surface in the exponential. */
  static FloatVector max(FloatVector a, FloatVector b) {
    return a.blend(b, b.compare(VectorOperators.GT, a));
  }

  /** {@code x}, with minus infinity replaced by zero so that differences to it stay defined. */
  static FloatVector finiteMax(FloatVector x) {
    return x.blend(0f, x.compare(VectorOperators.EQ, Float.NEGATIVE_INFINITY));
  }

  /** {@link #finiteMax(FloatVector)} of one number. */
  static float finiteMax(float x) {
    return x == Float.NEGATIVE_INFINITY ? 0f : x;
  }

  /**
   * Whether the first {@code count} values, a multiple of the lanes, are neither NaN nor infinite.
   */
  static boolean allFinite(float[] values, int count) {
    FloatVector sum = FloatVector.zero(Lanes.FLOATS);
    for (int i = 0; i < count; i += Lanes.N) {
      sum = FloatVector.fromArray(Lanes.FLOATS, values, i).fma(FloatVector.zero(Lanes.FLOATS), sum);
    }
    return sum.reduceLanes(VectorOperators.ADD) == 0f;
  }

  /**
   * Whether the first {@code count} values, a multiple of the lanes, are of magnitudes below {@code
   * limit}, so that none is a NaN.
   */
  static boolean allBelow(float limit, float[] values, int count) {
    VectorMask<Float> below = Lanes.FLOATS.maskAll(true);
    for (int i = 0; i < count; i += Lanes.N) {
      FloatVector magnitude = FloatVector.fromArray(Lanes.FLOATS, values, i).abs();
      below = below.and(magnitude.compare(VectorOperators.LT, limit));
    }
    return below.allTrue();
  }

  /** {@code values[at..at+count) *= factor}; count is a multiple of the lanes. */
  static void scale(float[] values, int at, int count, float factor) {
    for (int i = at; i < at + count; i += Lanes.N) {
      FloatVector.fromArray(Lanes.FLOATS, values, i).mul(factor).intoArray(values, i);
    }
  }
}
