package dev.winnow.bench.text;

import dev.winnow.bench.score.TextMetric;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;

/** A sentence in prose, as Kamradt hides one. */
final class SentenceNeedle implements TextTask {

  @Override
  public String name() {
    return "sentence";
  }

  @Override
  public TextMetric metric() {
    return TextMetric.CONTAINS_ALL;
  }

  @Override
  public int maxNewTokens(Setup setup) {
    return 32;
  }

  @Override
  public Set<Knob> heeds() {
    return Set.of(Knob.DEPTHS, Knob.TEXT);
  }

  @Override
  public List<Draft> drafts(Seeds seeds, Setup setup) {
    return setup.depths().stream().map(depth -> draft(seeds, setup.prose(), depth)).toList();
  }

  private static Draft draft(Seeds seeds, Prose prose, double depth) {
    RandomGenerator random = seeds.random("needle " + depth);
    String place = Draws.pick(random, Words.PLACES);
    String start = "The best thing to do in %s is to".formatted(place);
    String answer = Draws.pick(random, Words.PASTIMES);
    Haystack.Needle needle = new Haystack.Needle(depth, "%s %s.".formatted(start, answer));
    Asked asked =
        new Asked(
                "According to the text above, what is the best thing to do in %s?".formatted(place),
                " " + start,
                List.of(answer))
            .at(depth);
    return TextTask.draft(
        1,
        size -> {
          List<String> filler = prose.sentences(seeds.random("filler " + depth), size);
          return new Page(String.join(" ", Haystack.with(filler, List.of(needle))) + "\n\n", asked);
        });
  }
}
