package dev.winnow.bench.text;

import dev.winnow.bench.score.TextMetric;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;

/**
 * RULER's fwe: made-up words, the one of rank r as often as r^-2 says; rank 1 is dots, ranks 2 to 4
 * are asked for.
 */
final class FrequentWords implements TextTask {
  private static final int LETTERS = 6;
  private static final int ASKED = 3;
  private static final double ZETA_OF_2 = Math.PI * Math.PI / 6;

  /** From here on no rank behind them is as frequent as those asked for. */
  private static final int FEWEST = 53;

  private static final String TASK =
      "Read the following coded text and track the frequency of each coded word. Find the three most"
          + " frequently appeared coded words. ";

  @Override
  public String name() {
    return "fwe";
  }

  @Override
  public TextMetric metric() {
    return TextMetric.CONTAINS_ALL;
  }

  @Override
  public int maxNewTokens(Setup setup) {
    return 50;
  }

  @Override
  public List<Draft> drafts(Seeds seeds, Setup setup) {
    List<String> frequent = vocabulary(seeds.random("words"), ASKED + 1).subList(1, ASKED + 1);
    Asked asked =
        new Asked(
            "Question: Do not provide any explanation. Please ignore the dots '....'. What are the"
                + " three most frequently appeared words in the above coded text?",
            " Answer: According to the coded text above, the three most frequently appeared words"
                + " are:",
            frequent);
    return List.of(
        TextTask.draft(FEWEST, size -> new Page(TASK + text(seeds, size) + "\n", asked)));
  }

  private static String text(Seeds seeds, int size) {
    int ranks = (int) Math.sqrt(size / ZETA_OF_2);
    List<String> vocabulary = vocabulary(seeds.random("words"), ranks);
    List<String> text = new ArrayList<>();
    for (int rank = 1; rank <= ranks; rank++) {
      text.addAll(Collections.nCopies(times(size, rank), vocabulary.get(rank - 1)));
    }
    Collections.shuffle(text, seeds.random("order " + size));
    return String.join(" ", text);
  }

  private static int times(int size, int rank) {
    return (int) (size / (ZETA_OF_2 * rank * rank));
  }

  private static List<String> vocabulary(RandomGenerator random, int count) {
    Set<String> words = new LinkedHashSet<>(List.of("..."));
    while (words.size() < count) {
      StringBuilder word = new StringBuilder();
      for (int i = 0; i < LETTERS; i++) {
        word.append((char) ('a' + random.nextInt(26)));
      }
      words.add(word.toString());
    }
    return List.copyOf(words);
  }
}
