package dev.winnow.kernels.cpu;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;

/** Merges the softmaxes of a head's pages into one. */
final class Shares {
  private Shares() {}

  /** Computes {@link SelectionMemory#shares()} from the bases and sums. */
  static void compute(SelectionMemory memory, int heads, int pages) {
    float[] bases = memory.bases();
    float[] shares = memory.shares();
    float[] sums = memory.sums();
    for (int head = 0; head < heads; head++) {
      int at = head * pages;
      float max = Float.NEGATIVE_INFINITY;
      for (int page = 0; page < pages; page++) {
        // A page without weights has no say.
        max = sums[at + page] == 0 ? max : Math.max(max, bases[at + page]);
      }
      max = VectorMath.finiteMax(max);
      for (int page = 0; page < pages; page++) {
        shares[at + page] =
            sums[at + page] == 0 ? -Float.MAX_VALUE : (bases[at + page] - max) * VectorMath.LOG2_E;
      }
    }
    int count = heads * pages;
    Arrays.fill(shares, count, Lanes.roundUp(count), 0f);
    for (int i = 0; i < count; i += Lanes.N) {
      VectorMath.exp2(FloatVector.fromArray(Lanes.FLOATS, shares, i)).intoArray(shares, i);
    }
    for (int head = 0; head < heads; head++) {
      int at = head * pages;
      double sum = 0;
      for (int page = 0; page < pages; page++) {
        sum += (double) sums[at + page] * shares[at + page];
      }
      float factor = sum == 0 ? 0f : (float) (1 / sum);
      for (int page = 0; page < pages; page++) {
        shares[at + page] *= factor;
      }
    }
  }
}
