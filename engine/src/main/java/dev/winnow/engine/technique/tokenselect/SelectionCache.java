package dev.winnow.engine.technique.tokenselect;

import java.util.Arrays;

/**
 * What a layer last voted for, good while queries stay alike and too few tokens have come to leave
 * a gap between the vote and the window.
 */
final class SelectionCache {
  private final double threshold;
  private final int reusableTokens;
  private float[] query = {};
  private int[][] lists;
  private int length;

  SelectionCache(double threshold, int reusableTokens) {
    this.threshold = threshold;
    this.reusableTokens = reusableTokens;
  }

  /** The lists for {@code now} in a sequence of {@code newLength} tokens; null to vote again. */
  int[][] find(float[] now, int newLength) {
    if (lists == null || newLength - length > reusableTokens) {
      return null;
    }
    return cosine(query, now) >= threshold ? lists : null;
  }

  /** Keeps what was voted for with {@code now}, which is copied. */
  void keep(float[] now, int newLength, int[][] elected) {
    if (query.length != now.length) {
      query = new float[now.length];
    }
    System.arraycopy(now, 0, query, 0, now.length);
    lists = elected;
    length = newLength;
  }

  /** Forgets a vote that tokens from {@code newLength} on took part in. */
  void truncate(int newLength) {
    if (newLength < length) {
      lists = null;
    }
  }

  SelectionCache copy() {
    SelectionCache copy = new SelectionCache(threshold, reusableTokens);
    copy.query = query.clone();
    copy.lists = lists; // never modified
    copy.length = length;
    return copy;
  }

  long bytes() {
    long rows = lists == null ? 0 : Arrays.stream(lists).mapToLong(list -> list.length).sum();
    return rows * Integer.BYTES + (long) query.length * Float.BYTES;
  }

  private static double cosine(float[] a, float[] b) {
    double dot = 0;
    double aa = 0;
    double bb = 0;
    for (int i = 0; i < a.length; i++) {
      dot += (double) a[i] * b[i];
      aa += (double) a[i] * a[i];
      bb += (double) b[i] * b[i];
    }
    double cosine = dot / Math.sqrt(aa * bb);
    // Rounding must not carry equal queries past 1 nor opposite ones past -1.
    return Math.max(-1, Math.min(1, cosine));
  }
}
