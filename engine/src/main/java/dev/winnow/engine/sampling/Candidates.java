package dev.winnow.engine.sampling;

import java.util.Arrays;

/** Tokens that may come next with their scores, in vocabulary order; processors thin them out. */
final class Candidates {
  private final float[] scores;
  private final int[] ids;
  private final long[] keys;
  private int size;

  Candidates(int vocabSize) {
    scores = new float[vocabSize];
    ids = new int[vocabSize];
    keys = new long[vocabSize];
  }

  /** Starts over with the whole vocabulary. */
  void reset(float[] logits) {
    size = logits.length;
    System.arraycopy(logits, 0, scores, 0, size);
    Arrays.setAll(ids, i -> i);
  }

  int size() {
    return size;
  }

  int id(int i) {
    return ids[i];
  }

  float score(int i) {
    return scores[i];
  }

  void setScore(int i, float score) {
    scores[i] = score;
  }

  float maxScore() {
    float max = Float.NEGATIVE_INFINITY;
    for (int i = 0; i < size; i++) {
      max = Math.max(max, scores[i]);
    }
    return max;
  }

  /** Sum of {@code exp(score - max)}. */
  double sumExp(float max) {
    double sum = 0;
    for (int i = 0; i < size; i++) {
      sum += Math.exp(scores[i] - max);
    }
    return sum;
  }

  /** Drops candidates that score below {@code threshold}. */
  void keepScoresFrom(float threshold) {
    int kept = 0;
    for (int i = 0; i < size; i++) {
      if (scores[i] >= threshold) {
        scores[kept] = scores[i];
        ids[kept++] = ids[i];
      }
    }
    size = kept;
  }

  /** Drops candidates whose {@link Ranking#key} is below {@code threshold}. */
  void keepKeysFrom(long threshold) {
    int kept = 0;
    for (int i = 0; i < size; i++) {
      if (Ranking.key(scores[i], ids[i]) >= threshold) {
        scores[kept] = scores[i];
        ids[kept++] = ids[i];
      }
    }
    size = kept;
  }

  /** The {@code k}-th largest score. */
  float kthScore(int k) {
    long[] best = Ranking.best(scores, size, k);
    return Ranking.score(best[k - 1]);
  }

  /** Space for the keys of all candidates. */
  long[] keySpace() {
    return keys;
  }

  /** The best candidate; the lowest id wins ties. */
  int best() {
    int best = 0;
    for (int i = 1; i < size; i++) {
      if (scores[i] > scores[best]) {
        best = i;
      }
    }
    return ids[best];
  }
}
