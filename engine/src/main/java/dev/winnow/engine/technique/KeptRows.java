package dev.winnow.engine.technique;

import java.util.Arrays;

/** Rows that a technique always reads, and the list they make with those it chose. */
public final class KeptRows {
  private KeptRows() {}

  /**
   * The first {@code sinks} rows, {@code chosen}, and the last {@code window} of {@code length}
   * rows, ascending and without duplicates.
   *
   * @param chosen ascending rows, anywhere in {@code [0, length)}
   */
  public static int[] with(int sinks, int[] chosen, int window, int length) {
    int head = Math.min(sinks, length);
    int tail = Math.max(head, length - window);
    int from = lowerBound(chosen, head);
    int to = lowerBound(chosen, tail);
    int[] rows = new int[head + (to - from) + (length - tail)];
    for (int i = 0; i < head; i++) {
      rows[i] = i;
    }
    System.arraycopy(chosen, from, rows, head, to - from);
    for (int i = head + to - from, row = tail; row < length; i++, row++) {
      rows[i] = row;
    }
    return rows;
  }

  private static int lowerBound(int[] ascending, int value) {
    int found = Arrays.binarySearch(ascending, value);
    return found >= 0 ? found : -found - 1;
  }
}
