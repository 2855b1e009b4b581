package dev.winnow.kernels.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import jdk.incubator.vector.FloatVector;
import org.junit.jupiter.api.Test;

class VectorMathTest {

  @Test
  void exp2IsWithinTwoRoundingErrorsFromZeroToWhereItFlushes() {
    double worst = 0;
    for (float x = 0; x >= -125f; x -= 0.0013f) {
      double exact = Math.pow(2, x);
      worst = Math.max(worst, Math.abs(exp2(x) - exact) / exact);
    }
    assertThat(worst).isLessThan(1.5e-7);
  }

  @Test
  void exp2OfTheSpecialNumbers() {
    assertThat(exp2(0f)).isEqualTo(1f);
    assertThat(exp2(-0f)).isEqualTo(1f);
    assertThat(exp2(-1f)).isEqualTo(0.5f);
    assertThat(exp2(-125f)).isEqualTo(0x1p-125f);
    assertThat(exp2(-125.01f)).isZero();
    assertThat(exp2(-3e38f)).isZero();
    assertThat(exp2(Float.NEGATIVE_INFINITY)).isZero();
    assertThat(exp2(Float.NaN)).isNaN();
  }

  @Test
  void exp2OfAnyIsAsGoodAboveZeroAndLargeWhereItEnds() {
    double worst = 0;
    for (float x = -125; x <= 126f; x += 0.0013f) {
      double exact = Math.pow(2, x);
      worst = Math.max(worst, Math.abs(exp2OfAny(x) - exact) / exact);
    }
    assertThat(worst).isLessThan(1.5e-7);
    assertThat(exp2OfAny(-125.01f)).isZero();
    assertThat(exp2OfAny(Float.NEGATIVE_INFINITY)).isZero();
    for (float x : new float[] {127f, 200.3f, 1e6f, 12345679f, 2e7f, 1e10f, Float.MAX_VALUE}) {
      assertThat(exp2OfAny(x)).as("2^%s", x).isGreaterThanOrEqualTo(0x1p122f);
    }
    assertThat(exp2OfAny(Float.POSITIVE_INFINITY)).isNaN();
    assertThat(exp2OfAny(Float.NaN)).isNaN();
  }

  private static float exp2OfAny(float x) {
    return VectorMath.exp2OfAny(FloatVector.broadcast(Lanes.FLOATS, x)).lane(0);
  }

  @Test
  void maximumPassesOverNan() {
    FloatVector one = FloatVector.broadcast(Lanes.FLOATS, 1f);
    FloatVector nan = FloatVector.broadcast(Lanes.FLOATS, Float.NaN);
    assertThat(VectorMath.max(one, nan).lane(0)).isEqualTo(1f);
    assertThat(VectorMath.max(one, one.add(1f)).lane(0)).isEqualTo(2f);
    assertThat(VectorMath.max(one, one.neg()).lane(0)).isEqualTo(1f);
  }

  @Test
  void finiteMeansNoNanAndNoInfinityAnywhere() {
    float[] values = new float[3 * Lanes.N];
    values[1] = Float.MAX_VALUE;
    assertThat(VectorMath.allFinite(values, values.length)).isTrue();
    for (float special : new float[] {Float.NaN, Float.NEGATIVE_INFINITY}) {
      values[values.length - 1] = special;
      assertThat(VectorMath.allFinite(values, values.length)).isFalse();
    }
  }

  private static float exp2(float x) {
    return VectorMath.exp2(FloatVector.broadcast(Lanes.FLOATS, x)).lane(0);
  }
}
