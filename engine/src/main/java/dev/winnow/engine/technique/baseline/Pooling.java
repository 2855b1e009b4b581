package dev.winnow.engine.technique.baseline;

/** How votes are smoothed over neighbouring keys, so that those around a wanted one stay too. */
public enum Pooling {
  /** The mean; beyond the ends are zeros, which count. */
  AVG {
    @Override
    float over(float[] votes, int from, int to, int kernel) {
      double sum = 0;
      for (int i = from; i < to; i++) {
        sum += votes[i];
      }
      return (float) (sum / kernel);
    }
  },
  /** The largest; nothing is beyond the ends. */
  MAX {
    @Override
    float over(float[] votes, int from, int to, int kernel) {
      float most = Float.NEGATIVE_INFINITY;
      for (int i = from; i < to; i++) {
        most = Math.max(most, votes[i]);
      }
      return most;
    }
  };

  /** The value of {@code votes[from, to)}, what a kernel of {@code kernel} covers of the votes. */
  abstract float over(float[] votes, int from, int to, int kernel);

  /**
   * Pools with stride 1 and half a kernel of padding on each side.
   *
   * @param kernel odd
   */
  float[] pool(float[] votes, int kernel) {
    float[] pooled = new float[votes.length];
    int half = kernel / 2;
    for (int i = 0; i < votes.length; i++) {
      pooled[i] = over(votes, Math.max(0, i - half), Math.min(votes.length, i + half + 1), kernel);
    }
    return pooled;
  }
}
