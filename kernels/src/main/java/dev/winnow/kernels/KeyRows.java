package dev.winnow.kernels;

/**
 * Which rows of the cache a segment reads, in ascending order.
 *
 * <p>Either the range {@code [from, to)}, or explicit lists.
 */
public sealed interface KeyRows {

  /** Number of rows that KV head {@code kvHead} offers. */
  int count(int kvHead);

  /** Row {@code i} of KV head {@code kvHead}; ascending in {@code i}. */
  int row(int kvHead, int i);

  /** Rows {@code [from, to)}: the dense case. */
  record Range(int from, int to) implements KeyRows {
    /** Checks the order. */
    public Range {
      if (from < 0 || to < from) {
        throw new IllegalArgumentException("bad range [%d, %d)".formatted(from, to));
      }
    }

    @Override
    public int count(int kvHead) {
      return to - from;
    }

    @Override
    public int row(int kvHead, int i) {
      return from + i;
    }
  }

  /**
   * Gathered rows.
   *
   * @param lists strictly ascending rows: one list that all KV heads share, or one per KV head
   */
  record Gathered(int[][] lists) implements KeyRows {
    /** Checks that every list ascends strictly from at least zero. */
    public Gathered {
      for (int[] list : lists) {
        int previous = -1;
        for (int row : list) {
          if (row <= previous) {
            throw new IllegalArgumentException(
                "rows must ascend strictly from >= 0, got " + row + " after " + previous);
          }
          previous = row;
        }
      }
    }

    /** One list that all KV heads share. */
    public static Gathered shared(int... rows) {
      return new Gathered(new int[][] {rows});
    }

    /** The list of KV head {@code kvHead}; do not modify. */
    public int[] list(int kvHead) {
      return lists.length == 1 ? lists[0] : lists[kvHead];
    }

    @Override
    public int count(int kvHead) {
      return list(kvHead).length;
    }

    @Override
    public int row(int kvHead, int i) {
      return list(kvHead)[i];
    }
  }
}
