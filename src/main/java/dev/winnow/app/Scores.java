package dev.winnow.app;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.winnow.bench.Proportion;
import java.util.Locale;

/** Exact match as suites print it. */
final class Scores {
  private Scores() {}

  static ObjectNode put(ObjectNode json, Proportion score) {
    json.put("exact_match", score.value()).put("n", score.n());
    json.putArray("ci95").add(score.low()).add(score.high());
    return json;
  }

  static String describe(Proportion score) {
    return String.format(
        Locale.ROOT,
        "exact match %.3f, 95 %% interval %.3f to %.3f, n %d",
        score.value(),
        score.low(),
        score.high(),
        score.n());
  }
}
