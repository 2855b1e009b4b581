package dev.winnow.kernels.cpu;

import dev.winnow.kernels.KeyStore;
import java.util.Arrays;

/** What {@link KeySelector} keeps between its passes; grows with the longest call. */
final class SelectionMemory {
  private float[] weights = new float[0];
  private int[] ranks = new int[0];
  private float[] bases = new float[0];
  private float[] sums = new float[0];
  private float[] shares = new float[0];
  private final PageSoftmax[] softmax;
  private int rankStride;

  SelectionMemory(int threads) {
    softmax = new PageSoftmax[threads];
    Arrays.setAll(softmax, i -> new PageSoftmax());
  }

  /** Makes room for {@code heads} heads that vote, and {@code groups} lists of ranks. */
  void reserve(int heads, int groups, int pages) {
    int span = Math.multiplyExact(pages, KeyStore.PAGE_TOKENS);
    int elements = Math.multiplyExact(heads, span);
    if (weights.length < elements) {
      weights = new float[elements + elements / 4];
    }
    rankStride = span;
    int rankElements = Math.multiplyExact(groups, rankStride);
    if (ranks.length < rankElements) {
      ranks = new int[rankElements + rankElements / 4];
    }
    int padded = Lanes.roundUp(heads * pages);
    if (bases.length < padded) {
      bases = new float[padded];
      sums = new float[padded];
      shares = new float[padded];
    }
  }

  /** Exponentials {@code [heads, pages, PAGE_TOKENS]}, see {@link #bases()}. */
  float[] weights() {
    return weights;
  }

  /** What lists are ranked by, as ints of the same order. */
  int[] ranks() {
    return ranks;
  }

  /** Where the ranks {@code [pages, PAGE_TOKENS]} of a group begin. */
  int ranksAt(int group) {
    return group * rankStride;
  }

  /** What the exponentials of each page are relative to, {@code [heads, pages]}. */
  float[] bases() {
    return bases;
  }

  /** Sum of each page's exponentials, {@code [heads, pages]}. */
  float[] sums() {
    return sums;
  }

  /** Scratch memory of a thread. */
  PageSoftmax softmax(int worker) {
    return softmax[worker];
  }

  /** Whether the votes of a group are numbers: all are, or none. */
  boolean votesOf(int group, int voters, int pages) {
    for (int head = group * voters; head < (group + 1) * voters; head++) {
      if (pages > 0 && Float.isNaN(shares[head * pages])) {
        return false;
      }
    }
    return true;
  }

  /** What the exponentials of each page are multiplied with, {@code [heads, pages]}. */
  float[] shares() {
    return shares;
  }
}
