package dev.winnow.kernels.cpu;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShuffle;

/**
 * Horizontal sums of many vectors, which share their steps: two vectors become one with half as
 * many lanes to add for each.
 */
final class LaneSums {
  private static final VectorMask<Float> ODD = bit(1);
  private static final VectorMask<Float> SECOND = bit(2);
  private static final VectorMask<Float> FOURTH = bit(4);
  private static final VectorShuffle<Float> BY_1 = exchange(1);
  private static final VectorShuffle<Float> BY_2 = exchange(2);
  private static final VectorShuffle<Float> BY_4 = exchange(Math.min(4, Lanes.N - 1));
  private static final VectorShuffle<Float> BY_8 = exchange(Math.min(8, Lanes.N - 1));

  private LaneSums() {}

  /** The lanes of {@code a}, added in pairs, in even lanes, and those of {@code b} in odd ones. */
  static FloatVector pair(FloatVector a, FloatVector b) {
    return a.blend(b, ODD).add(b.blend(a, ODD).rearrange(BY_1));
  }

  /** The next step after {@link #pair}: neighbouring pairs of lanes are added. */
  static FloatVector join2(FloatVector a, FloatVector b) {
    return a.blend(b, SECOND).add(b.blend(a, SECOND).rearrange(BY_2));
  }

  /** The next step after {@link #join2}, for vectors of at least 8 lanes. */
  static FloatVector join4(FloatVector a, FloatVector b) {
    return a.blend(b, FOURTH).add(b.blend(a, FOURTH).rearrange(BY_4));
  }

  /**
   * Finishes sums whose {@link #pair}s lie one after the other in {@code pairs}: {@code count} of
   * them, rounded up to a multiple of 4, go to {@code target}, and a whole vector is written for
   * each four.
   */
  static void finish(float[] pairs, int from, int count, float[] target, int at) {
    for (int i = 0; i < count; i += 4) {
      int pair = from + i / 2 * Lanes.N;
      FloatVector a = FloatVector.fromArray(Lanes.FLOATS, pairs, pair);
      FloatVector b = FloatVector.fromArray(Lanes.FLOATS, pairs, pair + Lanes.N);
      FloatVector sums = join2(a, b);
      if (Lanes.N > 4) {
        sums = sums.add(sums.rearrange(BY_4));
      }
      if (Lanes.N > 8) {
        sums = sums.add(sums.rearrange(BY_8));
      }
      sums.intoArray(target, at + i);
    }
  }

  /** The lanes whose index has {@code bit} set. */
  private static VectorMask<Float> bit(int bit) {
    boolean[] lanes = new boolean[Lanes.N];
    for (int i = 0; i < Lanes.N; i++) {
      lanes[i] = (i & bit) != 0;
    }
    return VectorMask.fromArray(Lanes.FLOATS, lanes, 0);
  }

  /** Exchanges lanes whose indices differ in {@code bit}. */
  private static VectorShuffle<Float> exchange(int bit) {
    return VectorShuffle.fromOp(Lanes.FLOATS, i -> i ^ bit);
  }
}
