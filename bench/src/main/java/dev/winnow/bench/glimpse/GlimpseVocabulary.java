package dev.winnow.bench.glimpse;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The words of the glimpse task; a word's id is its place. */
public final class GlimpseVocabulary {
  /** Fills what is not text. */
  public static final int PAD = 0;

  /** Opens every sequence. */
  public static final int BOS = 1;

  /** Ends an answer. */
  public static final int EOS = 2;

  /** Stands for a picture's patches. */
  public static final int IMAGE = 3;

  /** Any word that is not in the vocabulary. */
  public static final int UNKNOWN = 4;

  /** Most objects of a scene, the greatest number there is a word for. */
  public static final int GREATEST_NUMBER = 5;

  private static final List<String> WORDS = list();

  private GlimpseVocabulary() {}

  private static List<String> list() {
    List<String> words = new ArrayList<>(List.of("<pad>", "<bos>", "<eos>", "<image>", "<unk>"));
    words.addAll(List.of("what", "colour", "shape", "is", "the", "how", "many", "?"));
    Arrays.stream(Form.values()).map(Form::word).forEach(words::add);
    Arrays.stream(Colour.values()).map(Colour::word).forEach(words::add);
    for (int number = 0; number <= GREATEST_NUMBER; number++) {
      words.add(Integer.toString(number));
    }
    return List.copyOf(words);
  }

  /** All words by id. */
  public static List<String> words() {
    return WORDS;
  }

  /** The ids of the words of {@code text}, which have spaces between them. */
  public static int[] ids(String text) {
    return Arrays.stream(text.split(" "))
        .mapToInt(
            word -> {
              int id = WORDS.indexOf(word);
              return id < 0 ? UNKNOWN : id;
            })
        .toArray();
  }
}
