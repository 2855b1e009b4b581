package dev.winnow.bench.diffuse;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/** The words of the list tasks; a word's id is its place. */
public final class DiffuseVocabulary {
  /** Fills what is not text. */
  public static final int PAD = 0;

  /** What a response is made of before it is known. */
  public static final int MASK = 1;

  /** Fills a response behind its answer. */
  public static final int EOS = 2;

  /** Opens every sequence. */
  public static final int BOS = 3;

  /** Any word that is not in the vocabulary. */
  public static final int UNKNOWN = 4;

  /** Stands between a list and the response. */
  static final int EQUALS = 5;

  /** The first of the words of {@link ListTask}. */
  static final int FIRST_TASK = 6;

  /** The first of the items: "0" to "9", then "a" to "z". */
  static final int FIRST_ITEM = FIRST_TASK + ListTask.values().length;

  /** How many items are digits. */
  static final int DIGITS = 10;

  /** How many items there are. */
  static final int ITEMS = 36;

  private DiffuseVocabulary() {}

  /** The words of {@code ids} with spaces between them. */
  public static String text(int... ids) {
    List<String> words = words();
    return Arrays.stream(ids).mapToObj(words::get).collect(Collectors.joining(" "));
  }

  /** All words by id. */
  public static List<String> words() {
    List<String> words =
        new ArrayList<>(List.of("<pad>", "<mask>", "<eos>", "<bos>", "<unk>", "="));
    for (ListTask task : ListTask.values()) {
      words.add(task.word());
    }
    for (int item = 0; item < ITEMS; item++) {
      words.add(Integer.toString(item, ITEMS));
    }
    return words;
  }
}
