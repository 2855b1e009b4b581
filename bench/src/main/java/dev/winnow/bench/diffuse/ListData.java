package dev.winnow.bench.diffuse;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/** Makes lists for tasks; the same seed gives the same lists. */
public final class ListData {
  /** Tokens of a response. */
  public static final int RESPONSE = 8;

  /** Fewest items of a list. */
  public static final int FEWEST = 3;

  /** Most items of a list: a response ends with at least one end-of-sequence token. */
  public static final int MOST = RESPONSE - 1;

  private final RandomGenerator random;

  /** Lists of {@code seed}. */
  public ListData(long seed) {
    this.random = new SplittableRandom(seed);
  }

  /**
   * The next list of {@code count} items for {@code task}: digits to sort, different items to
   * shuffle, any others.
   */
  public ListExample next(ListTask task, int count) {
    int[] items =
        switch (task) {
          case SORT -> items(random.ints(count, 0, DiffuseVocabulary.DIGITS).toArray());
          case COPY, REVERSE -> items(random.ints(count, 0, DiffuseVocabulary.ITEMS).toArray());
          case SHUFFLE ->
              items(random.ints(0, DiffuseVocabulary.ITEMS).distinct().limit(count).toArray());
        };
    int[] answer =
        switch (task) {
          case SORT -> ListTask.sorted(items);
          case COPY -> items;
          case REVERSE -> ListTask.reversed(items);
          case SHUFFLE -> shuffled(items);
        };
    int[] response = Arrays.copyOf(answer, RESPONSE);
    Arrays.fill(response, count, RESPONSE, DiffuseVocabulary.EOS);
    return new ListExample(task, items, response);
  }

  private static int[] items(int[] numbers) {
    return Arrays.stream(numbers).map(number -> DiffuseVocabulary.FIRST_ITEM + number).toArray();
  }

  private int[] shuffled(int[] items) {
    int[] shuffled = items.clone();
    for (int i = shuffled.length - 1; i > 0; i--) {
      int j = random.nextInt(i + 1);
      int item = shuffled[i];
      shuffled[i] = shuffled[j];
      shuffled[j] = item;
    }
    return shuffled;
  }
}
