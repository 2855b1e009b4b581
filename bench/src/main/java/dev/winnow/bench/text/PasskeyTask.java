package dev.winnow.bench.text;

import dev.winnow.bench.score.TextMetric;
import java.util.List;
import java.util.Set;

/** A number of five digits hidden in sentences that repeat. */
final class PasskeyTask implements TextTask {
  private static final String TASK =
      "There is an important info hidden inside a lot of irrelevant text. Find it and memorize it."
          + " I will quiz you about the important information there.\n";

  @Override
  public String name() {
    return "passkey";
  }

  @Override
  public TextMetric metric() {
    return TextMetric.FIRST_INTEGER;
  }

  /** Room for a token per digit and a few before them. */
  @Override
  public int maxNewTokens(Setup setup) {
    return 10;
  }

  @Override
  public Set<Knob> heeds() {
    return Set.of(Knob.DEPTHS);
  }

  @Override
  public List<Draft> drafts(Seeds seeds, Setup setup) {
    return setup.depths().stream()
        .map(depth -> draft(depth, Draws.number(seeds.random("key " + depth), 5)))
        .toList();
  }

  private static Draft draft(double depth, String key) {
    String hidden = "The pass key is %s. Remember it. %s is the pass key.".formatted(key, key);
    Asked asked = new Asked("What is the pass key?", " The pass key is", List.of(key)).at(depth);
    return TextTask.draft(
        1,
        size -> {
          List<String> sentences =
              Haystack.with(Haystack.noise(size), List.of(new Haystack.Needle(depth, hidden)));
          return new Page(TASK + String.join(" ", sentences) + "\n", asked);
        });
  }
}
