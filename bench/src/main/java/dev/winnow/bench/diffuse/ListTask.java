package dev.winnow.bench.diffuse;

import java.util.Arrays;
import java.util.Locale;

/** What is to be done with a list. */
public enum ListTask {
  /** Digits in ascending order. */
  SORT,

  /** The list again. */
  COPY,

  /** The list from its end. */
  REVERSE,

  /**
   * The list in any order. Every order is right, so tokens that are chosen at the same time, each
   * for itself, can contradict each other.
   */
  SHUFFLE;

  /** The word that asks for it. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Id of the word. */
  int id() {
    return DiffuseVocabulary.FIRST_TASK + ordinal();
  }

  /** Whether there is only one right answer. */
  public boolean isFunction() {
    return this != SHUFFLE;
  }

  /** Whether {@code answer} is right for {@code items}, a list of the same length. */
  boolean isRight(int[] items, int[] answer) {
    return switch (this) {
      case SORT -> Arrays.equals(answer, sorted(items));
      case COPY -> Arrays.equals(answer, items);
      case REVERSE -> Arrays.equals(answer, reversed(items));
      case SHUFFLE -> Arrays.equals(sorted(answer), sorted(items));
    };
  }

  static int[] sorted(int[] items) {
    int[] sorted = items.clone();
    Arrays.sort(sorted);
    return sorted;
  }

  static int[] reversed(int[] items) {
    int[] reversed = new int[items.length];
    for (int i = 0; i < items.length; i++) {
      reversed[i] = items[items.length - 1 - i];
    }
    return reversed;
  }
}
