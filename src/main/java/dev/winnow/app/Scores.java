package dev.winnow.app;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.winnow.bench.Proportion;
import dev.winnow.bench.score.MeanScore;
import java.util.Locale;

/** Scores as suites print them. */
final class Scores {
  private Scores() {}

  static ObjectNode put(ObjectNode json, Proportion score) {
    json.put("exact_match", score.value()).put("n", score.n());
    json.putArray("ci95").add(score.low()).add(score.high());
    return json;
  }

  static ObjectNode put(ObjectNode json, MeanScore score) {
    json.put("score", score.value()).put("n", score.n());
    json.putArray("ci95").add(score.low()).add(score.high());
    return json;
  }

  static String describe(Proportion score) {
    return describe("exact match", new MeanScore(score.successes(), score.n()));
  }

  static String describe(String metric, MeanScore score) {
    return String.format(
        Locale.ROOT,
        "%s %.3f, 95 %% interval %.3f to %.3f, n %d",
        metric,
        score.value(),
        score.low(),
        score.high(),
        score.n());
  }
}
