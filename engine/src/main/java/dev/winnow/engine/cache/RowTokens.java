package dev.winnow.engine.cache;

import java.util.Arrays;

/**
 * Which token of the sequence each row of a layer's cache belongs to, ascending; kept as a list
 * only once rows and tokens differ, because a layer was skipped, tokens were pruned before it or
 * rows evicted.
 */
final class RowTokens {
  private int size;
  private int[] tokens;

  RowTokens() {}

  private RowTokens(RowTokens from) {
    size = from.size;
    tokens = from.tokens == null ? null : from.tokens.clone();
  }

  RowTokens copy() {
    return new RowTokens(this);
  }

  /** Adds a row for each of {@code added}, which ascend. */
  void add(int[] added) {
    if (tokens == null && !continues(added)) {
      tokens = new int[size + added.length];
      Arrays.setAll(tokens, row -> row);
    }
    if (tokens != null) {
      if (tokens.length < size + added.length) {
        tokens = Arrays.copyOf(tokens, Math.max(size + added.length, 2 * tokens.length));
      }
      System.arraycopy(added, 0, tokens, size, added.length);
    }
    size += added.length;
  }

  private boolean continues(int[] added) {
    return added.length == 0
        || (added[0] == size && added[added.length - 1] == size + added.length - 1);
  }

  /** Whether row and token have always been the same. */
  boolean isComplete() {
    return tokens == null;
  }

  /** Rows that belong to tokens before {@code token}. */
  int before(int token) {
    if (tokens == null) {
      return Math.min(size, token);
    }
    int found = Arrays.binarySearch(tokens, 0, size, token);
    return found >= 0 ? found : -found - 1;
  }

  /** Keeps the rows in {@code list}, which ascends, and forgets the others. */
  void keep(int[] list) {
    int[] kept = new int[list.length];
    for (int i = 0; i < list.length; i++) {
      kept[i] = tokens == null ? list[i] : tokens[list[i]];
    }
    tokens = kept;
    size = kept.length;
  }

  /** Forgets all rows but the first {@code rows}. */
  void truncate(int rows) {
    size = Math.min(size, rows);
    if (size == 0) {
      tokens = null;
    }
  }
}
