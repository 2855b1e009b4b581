package dev.winnow.bench.recall;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** The 512 words of the recall task; a word's id is its place. */
public final class RecallVocabulary {
  /** Fills what is not text. */
  public static final int PAD = 0;

  /** Opens every sequence. */
  public static final int BOS = 1;

  /** Ends a text; the task has none, its answers end with {@link #STOP}. */
  public static final int EOS = 2;

  /** Any word that is not in the vocabulary. */
  public static final int UNKNOWN = 3;

  /** The full stop. */
  public static final int STOP = 4;

  /** Asks for what is stated of a name. */
  public static final int ASK = 5;

  /** States a fact. */
  public static final int SET = 6;

  /** Asks for every step from a name to a value. */
  public static final int CHAIN = 7;

  /** The first of the numbers "00" to "99". */
  public static final int FIRST_NUMBER = 8;

  /** How many numbers there are. */
  public static final int NUMBERS = 100;

  /** The first name. */
  public static final int FIRST_NAME = FIRST_NUMBER + NUMBERS;

  private static final List<String> SIGNS =
      List.of("<pad>", "<bos>", "<eos>", "<unk>", ".", "?", "set", "chain");
  private static final List<String> NAMES = resource("names.txt");
  private static final List<String> FILLER = resource("filler.txt");

  private RecallVocabulary() {}

  /** How many names there are. */
  public static int names() {
    return NAMES.size();
  }

  /** The first filler word. */
  public static int firstFiller() {
    return FIRST_NAME + NAMES.size();
  }

  /** How many filler words there are. */
  public static int fillers() {
    return FILLER.size();
  }

  /** All words by id. */
  public static List<String> words() {
    List<String> words = new ArrayList<>(SIGNS);
    for (int number = 0; number < NUMBERS; number++) {
      words.add("%02d".formatted(number));
    }
    words.addAll(NAMES);
    words.addAll(FILLER);
    return words;
  }

  /** The words of {@code ids} with spaces between them. */
  public static String text(int... ids) {
    List<String> words = words();
    StringBuilder text = new StringBuilder();
    for (int id : ids) {
      text.append(text.isEmpty() ? "" : " ").append(words.get(id));
    }
    return text.toString();
  }

  private static List<String> resource(String name) {
    try (InputStream in = RecallVocabulary.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException("no resource " + name);
      }
      return List.of(new String(in.readAllBytes(), StandardCharsets.UTF_8).trim().split("\\s+"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
