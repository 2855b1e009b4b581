package dev.winnow.kernels.cpu;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/**
 * Exponentials of the scores of a page for a few queries, each relative to a base of its own, and
 * their sums: what is kept of a softmax until all pages are merged.
 */
final class PageSoftmax {
  // Greater sums, of scores far above the base, would cost the votes of other pages their digits.
  private static final float MOST = 0x1p40f;

  private float[] bases = new float[4];
  private float[] sums = new float[4 * Lanes.N]; // [queries, N]
  private int queries;

  /**
   * Makes the greatest of the {@code count} scores of each query its base; a multiple of the lanes.
   */
  void begin(float[] scores, int at, int stride, int count, int newQueries) {
    queries = newQueries;
    if (bases.length < queries) {
      bases = new float[queries];
      sums = new float[queries * Lanes.N];
    }
    for (int j = 0; j < queries; j++) {
      FloatVector top = FloatVector.broadcast(Lanes.FLOATS, Float.NEGATIVE_INFINITY);
      int first = at + j * stride;
      for (int i = first; i < first + count; i += Lanes.N) {
        top = VectorMath.max(top, FloatVector.fromArray(Lanes.FLOATS, scores, i));
      }
      bases[j] = VectorMath.finiteMax(top.reduceLanes(VectorOperators.MAX));
    }
    Arrays.fill(sums, 0f);
  }

  /** Makes {@code count} scores of each query, a multiple of the lanes, weights. */
  void weigh(float[] scores, int at, int stride, int count) {
    for (int j = 0; j < queries; j++) {
      weigh(scores, at + j * stride, count, bases[j], j * Lanes.N);
    }
  }

  private void weigh(float[] scores, int at, int count, float base, int sumAt) {
    FloatVector sum = FloatVector.fromArray(Lanes.FLOATS, sums, sumAt);
    for (int i = at; i < at + count; i += Lanes.N) {
      FloatVector x = FloatVector.fromArray(Lanes.FLOATS, scores, i).sub(base);
      FloatVector weight = VectorMath.exp2OfAny(x.mul(VectorMath.LOG2_E));
      weight.intoArray(scores, i);
      sum = sum.add(weight);
    }
    sum.intoArray(sums, sumAt);
  }

  /** What the scores of query {@code j} are compared with. */
  float base(int j) {
    return bases[j];
  }

  /** The sum of the weights of query {@code j}. */
  float sum(int j) {
    return FloatVector.fromArray(Lanes.FLOATS, sums, j * Lanes.N).reduceLanes(VectorOperators.ADD);
  }

  /** Whether all weights are numbers, and not too far above their bases. */
  boolean holds() {
    for (int j = 0; j < queries; j++) {
      if (!(sum(j) < MOST)) {
        return false;
      }
    }
    return true;
  }
}
