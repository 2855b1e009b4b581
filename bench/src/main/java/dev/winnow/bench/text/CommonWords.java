package dev.winnow.bench.text;

import dev.winnow.bench.score.TextMetric;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

/** RULER's cwe: ten words of a list occur more often than all others; one example comes first. */
final class CommonWords implements TextTask {
  private static final int COMMON = 10;

  /** Contexts of fewer tokens have fewer repetitions. */
  private static final int LONG = 4096;

  private static final String TASK =
      "Below is a numbered list of words. In these words, some appear more often than others."
          + " Memorize the ones that appear most often.\n";
  private static final String QUESTION =
      "Question: What are the 10 most common words in the above list?";
  private static final String ANSWER_START =
      " Answer: The top 10 words that appear most often in the list are:";
  private static final List<String> LISTED =
      Stream.of(Words.NOUNS, Words.ADJECTIVES, Words.VERBS).flatMap(List::stream).toList();
  private static final String CONSONANTS = "bdfgklmnprstvz";
  private static final String VOWELS = "aeiou";

  @Override
  public String name() {
    return "cwe";
  }

  @Override
  public TextMetric metric() {
    return TextMetric.CONTAINS_ALL;
  }

  @Override
  public int maxNewTokens(Setup setup) {
    return 120;
  }

  @Override
  public List<Draft> drafts(Seeds seeds, Setup setup) {
    boolean longer = setup.tokens() >= LONG;
    RandomGenerator random = seeds.random("example");
    List<String> example = words(random, longer ? 40 : 20);
    String before =
        "%s%s\n%s%s %s\n\n%s"
            .formatted(
                TASK,
                list(random, example, longer ? 10 : 3, longer ? 3 : 1),
                QUESTION,
                ANSWER_START,
                numbered(example.subList(0, COMMON)),
                TASK);
    Asked asked =
        new Asked(QUESTION, ANSWER_START, words(seeds.random("words"), COMMON).subList(0, COMMON));
    return List.of(
        TextTask.draft(
            COMMON + 1,
            size -> {
              List<String> words = words(seeds.random("words"), size);
              RandomGenerator order = seeds.random("order " + size);
              return new Page(
                  before + list(order, words, longer ? 30 : 6, longer ? 3 : 1) + "\n", asked);
            }));
  }

  /** Different words; made-up ones come where the list of real ones ends. */
  private static List<String> words(RandomGenerator random, int count) {
    List<String> real = new ArrayList<>(LISTED);
    Collections.shuffle(real, random);
    Set<String> words = new LinkedHashSet<>(real.subList(0, Math.min(count, real.size())));
    while (words.size() < count) {
      StringBuilder word = new StringBuilder();
      for (int i = 0; i < 3; i++) {
        word.append(CONSONANTS.charAt(random.nextInt(CONSONANTS.length())));
        word.append(VOWELS.charAt(random.nextInt(VOWELS.length())));
      }
      words.add(word.toString());
    }
    return List.copyOf(words);
  }

  private static String list(RandomGenerator random, List<String> words, int often, int seldom) {
    List<String> all = new ArrayList<>();
    for (int i = 0; i < words.size(); i++) {
      all.addAll(Collections.nCopies(i < COMMON ? often : seldom, words.get(i)));
    }
    Collections.shuffle(all, random);
    return numbered(all);
  }

  private static String numbered(List<String> words) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < words.size(); i++) {
      text.append(i == 0 ? "" : " ").append(i + 1).append(". ").append(words.get(i));
    }
    return text.toString();
  }
}
