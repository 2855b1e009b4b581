package dev.winnow.kernels;

/**
 * Which rows of the cache a segment reads, in ascending order.
 *
 * <p>Either the range {@code [from, to)}, or explicit lists.
 */
public sealed interface KeyRows {

  /** Number of lists: 1 if all heads read the same rows. */
  int listCount();

  /** Number of rows in {@code list}, any list if there is only one. */
  int count(int list);

  /** Row {@code i} of {@code list}, any list if there is only one; ascending in {@code i}. */
  int row(int list, int i);

  /** The list that {@code head} of {@code heads} reads: neighbouring heads share one. */
  default int listOf(int head, int heads) {
    return head / (heads / listCount());
  }

  /** Rows {@code [from, to)}: the dense case. */
  record Range(int from, int to) implements KeyRows {
    /** Checks the order. */
    public Range {
      if (from < 0 || to < from) {
        throw new IllegalArgumentException("bad range [%d, %d)".formatted(from, to));
      }
    }

    @Override
    public int listCount() {
      return 1;
    }

    @Override
    public int count(int list) {
      return to - from;
    }

    @Override
    public int row(int list, int i) {
      return from + i;
    }
  }

  /**
   * Gathered rows.
   *
   * @param lists strictly ascending rows: one list that all heads share, one per KV head, or one
   *     per query head, which then reads its rows alone
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

    /** One list that all heads share. */
    public static Gathered shared(int... rows) {
      return new Gathered(new int[][] {rows});
    }

    /** List {@code list}, any if there is only one; do not modify. */
    public int[] list(int list) {
      return lists.length == 1 ? lists[0] : lists[list];
    }

    @Override
    public int listCount() {
      return lists.length;
    }

    @Override
    public int count(int list) {
      return list(list).length;
    }

    @Override
    public int row(int list, int i) {
      return list(list)[i];
    }
  }
}
