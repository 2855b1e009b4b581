package dev.winnow.bench.text;

import dev.winnow.bench.score.TextMetric;
import dev.winnow.bench.text.JsonPairs.Pair;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The value of one key; every depth is a question about the same pairs. */
final class SingleNeedle implements TextTask {

  @Override
  public String name() {
    return "single";
  }

  @Override
  public TextMetric metric() {
    return TextMetric.PREFIX;
  }

  @Override
  public int maxNewTokens(Setup setup) {
    return JsonPairs.UUID_TOKENS;
  }

  @Override
  public Set<Knob> heeds() {
    return Set.of(Knob.DEPTHS);
  }

  @Override
  public List<Draft> drafts(Seeds seeds, Setup setup) {
    return List.of(
        TextTask.draft(
            1,
            size -> {
              List<Pair> pairs = JsonPairs.filled(seeds.random("pairs"), size, Map.of());
              return new Page(
                  JsonPairs.context(pairs),
                  setup.depths().stream()
                      .map(depth -> ask(pairs.get(JsonPairs.slot(depth, size, 1))).at(depth))
                      .toList());
            }));
  }

  private static Asked ask(Pair pair) {
    return new Asked(
        "Extract the value corresponding to the specified key in the JSON object above.\nKey: \"%s\""
            .formatted(pair.key()),
        "\nCorresponding value:",
        List.of(pair.value()));
  }
}
