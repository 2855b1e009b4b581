package dev.winnow.bench.text;

import dev.winnow.bench.score.TextMetric;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;

/** RULER's vt: all variables that a number reaches through assignments; one example comes first. */
final class VariableTracking implements TextTask {
  private static final int HOPS = 4;
  private static final int LETTERS = 5;
  private static final int EXAMPLE_LETTERS = 3;
  private static final int EXAMPLE_LINES = 5;
  private static final String TASK =
      "Memorize and track the chain(s) of variable assignment hidden in the following text.\n\n";

  @Override
  public String name() {
    return "vt";
  }

  @Override
  public TextMetric metric() {
    return TextMetric.CONTAINS_ALL;
  }

  @Override
  public int maxNewTokens(Setup setup) {
    return 30;
  }

  /** Names that come to have one value. */
  private record Chain(List<String> names, String value) {
    static Chain random(RandomGenerator random, int letters) {
      Set<String> names = new LinkedHashSet<>();
      while (names.size() <= HOPS) {
        StringBuilder name = new StringBuilder();
        for (int i = 0; i < letters; i++) {
          name.append((char) ('A' + random.nextInt(26)));
        }
        names.add(name.toString());
      }
      return new Chain(List.copyOf(names), Draws.number(random, 5));
    }

    /** The assignments, in order, at random places of {@code lines} lines of noise. */
    String hidden(RandomGenerator random, int lines) {
      List<String> all = new ArrayList<>(Haystack.noiseLines(lines));
      List<Integer> places = new ArrayList<>();
      for (int i = 0; i < names.size(); i++) {
        places.add(random.nextInt(lines + 1));
      }
      Collections.sort(places);
      for (int i = 0; i < names.size(); i++) {
        String from = i == 0 ? value : "VAR " + names.get(i - 1);
        all.add(places.get(i) + i, "VAR %s = %s".formatted(names.get(i), from));
      }
      return String.join("\n", all);
    }

    String question() {
      return "Question: Find all variables that are assigned the value %s in the text above."
          .formatted(value);
    }

    String answerStart() {
      return (" Answer: According to the chain(s) of variable assignment in the text above, %d"
              + " variables are assigned the value %s, they are:")
          .formatted(names.size(), value);
    }
  }

  @Override
  public List<Draft> drafts(Seeds seeds, Setup setup) {
    RandomGenerator random = seeds.random("chains");
    Chain chain = Chain.random(random, LETTERS);
    Chain example = Chain.random(random, EXAMPLE_LETTERS);
    while (example.value().equals(chain.value())) {
      example = Chain.random(random, EXAMPLE_LETTERS);
    }
    String before =
        "%s%s\n%s%s %s\n\n%s"
            .formatted(
                TASK,
                example.hidden(random, EXAMPLE_LINES),
                example.question(),
                example.answerStart(),
                String.join(" ", example.names()),
                TASK);
    Asked asked = new Asked(chain.question(), chain.answerStart(), chain.names());
    return List.of(
        TextTask.draft(
            1,
            size ->
                new Page(
                    before + chain.hidden(seeds.random("places " + size), size) + "\n", asked)));
  }
}
