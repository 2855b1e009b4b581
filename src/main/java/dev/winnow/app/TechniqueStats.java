package dev.winnow.app;

import dev.winnow.engine.GenerationResult;
import dev.winnow.engine.config.ConfiguredTechnique;
import dev.winnow.engine.metrics.LayerLedger;
import dev.winnow.engine.metrics.StageTimes;
import dev.winnow.engine.technique.Claim;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/** What techniques left out of a generation, for people. */
final class TechniqueStats {
  /** Rows that are too few to speak of. */
  private static final double FEW = 0.01;

  private final GenerationResult result;
  private final List<LayerLedger> layers;
  private final int headDim;

  /**
   * Of one generation.
   *
   * @param headDim elements per head
   */
  TechniqueStats(GenerationResult result, int headDim) {
    this.result = result;
    this.layers = result.ledger().layers();
    this.headDim = headDim;
  }

  /** Where the time went. */
  String time() {
    StageTimes stages = result.metrics().stages();
    return "scoring %s ms, selection %s ms, attention %s ms, the rest %s ms"
        .formatted(
            milliseconds(stages.scoringNanos()),
            milliseconds(stages.selectionNanos()),
            milliseconds(stages.attentionNanos()),
            milliseconds(stages.restNanos()));
  }

  /** What {@code technique} did, a few lines. */
  List<String> of(ConfiguredTechnique technique) {
    int[] claimed =
        technique.technique().claims(layers.size()).stream()
            .mapToInt(Claim::layer)
            .distinct()
            .sorted()
            .toArray();
    long pairs = 0;
    long densePairs = 0;
    long selectionFlops = 0;
    long bytes = 0;
    long denseBytes = 0;
    long selectionBytes = 0;
    long rows = 0;
    long sparseRows = 0;
    for (int index : claimed) {
      LayerLedger layer = layers.get(index);
      pairs += layer.pairs();
      densePairs += layer.densePairs();
      selectionFlops += layer.selectionFlops();
      bytes += layer.kvBytesRead();
      denseBytes += layer.denseKvBytesRead();
      selectionBytes += layer.selectionBytes();
      rows += layer.denseRows();
      // Rows that passed a layer by were left out too.
      sparseRows += layer.sparseRows() + layer.denseRows() - layer.rows();
    }
    // A pair costs a dot product and a weighted sum, two operations per multiply-add.
    long perPair = 4L * headDim;
    List<String> lines = new ArrayList<>();
    lines.add("on layers " + ranges(claimed));
    lines.add(
        "attention %s of %s dense%s, %s of keys and values read of %s dense%s"
            .formatted(
                Stats.flops(perPair * pairs),
                Stats.flops(perPair * densePairs),
                selectionFlops == 0
                    ? ""
                    : " and %s to select".formatted(Stats.flops(selectionFlops)),
                Stats.bytes(bytes),
                Stats.bytes(denseBytes),
                selectionBytes == 0
                    ? ""
                    : " and %s to select".formatted(Stats.bytes(selectionBytes))));
    lines.add("tokens kept of those that dense attention reads: " + kept(claimed));
    if (sparseRows <= FEW * rows) {
      lines.add(
          "dense for %s rows of %d: %s"
              .formatted(
                  sparseRows == 0 ? "all" : "%d".formatted(rows - sparseRows),
                  rows,
                  whyDense(technique)));
    }
    return lines;
  }

  /** {@code 0-1 100.0 %, 2-29 12.5 %}. */
  private String kept(int[] claimed) {
    List<String> parts = new ArrayList<>();
    for (int from = 0; from < claimed.length; ) {
      int to = from + 1;
      while (to < claimed.length
          && claimed[to] == claimed[to - 1] + 1
          && percent(claimed[to]).equals(percent(claimed[from]))) {
        to++;
      }
      int[] run = IntStream.range(from, to).map(i -> claimed[i]).toArray();
      parts.add(
          percent(claimed[from])
              + (run.length == 1 ? " (layer " : " (layers ")
              + ranges(run)
              + ")");
      from = to;
    }
    return parts.isEmpty() ? "none" : String.join(", ", parts);
  }

  private String percent(int layer) {
    LayerLedger ledger = layers.get(layer);
    return ledger.densePairs() == 0
        ? "100.0 %"
        : String.format(Locale.ROOT, "%.1f %%", 100.0 * ledger.pairs() / ledger.densePairs());
  }

  private String whyDense(ConfiguredTechnique technique) {
    int tokens = result.usage().promptTokens() + result.usage().completionTokens();
    int below = technique.parameters().path("dense_below").asInt(0);
    double budget = technique.parameters().path("token_budget").asDouble(0);
    if (below >= tokens) {
      return "dense_below %d is not reached with %d tokens".formatted(below, tokens);
    }
    if (budget >= tokens) {
      return "token_budget %.0f covers all %d tokens".formatted(budget, tokens);
    }
    if (result.usage().completionTokens() <= 1) {
      return "few tokens were generated, and it may leave prompts dense";
    }
    return "it leaves prompts dense, or choosing and reading less would have read no less";
  }

  /** {@code 0-3, 7}. */
  static String ranges(int[] ascending) {
    List<String> parts = new ArrayList<>();
    for (int from = 0; from < ascending.length; ) {
      int to = from;
      while (to + 1 < ascending.length && ascending[to + 1] == ascending[to] + 1) {
        to++;
      }
      parts.add(
          from == to ? "" + ascending[from] : "%d-%d".formatted(ascending[from], ascending[to]));
      from = to + 1;
    }
    return parts.isEmpty() ? "none" : String.join(", ", parts);
  }

  private static String milliseconds(long nanos) {
    return String.format(Locale.ROOT, "%.1f", nanos / 1e6);
  }
}
