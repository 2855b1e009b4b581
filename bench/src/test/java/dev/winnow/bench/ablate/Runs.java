package dev.winnow.bench.ablate;

import dev.winnow.bench.ablate.RunRecord.Better;
import dev.winnow.bench.ablate.RunRecord.Cost;
import dev.winnow.bench.ablate.RunRecord.Item;
import dev.winnow.bench.ablate.RunRecord.LayerRecall;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Runs for tests. */
final class Runs {
  private Runs() {}

  /** A run that measured something. */
  static RunRecord finished(String id) {
    return run(
        id,
        Map.of("token_budget", 64, "ratio", 0.25, "lists", "per_head", "layers", List.of(1, 2)),
        List.of(
            new Item("q1 \u00fc\n", Map.of("length", 2048.0, "depth", 0.5), 1),
            new Item("q2", Map.of(), Double.NaN)),
        Optional.of(new Cost(1e12, 2e12, 3, 6, 1 << 20, List.of(12.5), List.of(2.25, 3.5), true)),
        List.of(new LayerRecall(3, List.of(0.5, Double.NaN))),
        Optional.empty());
  }

  /** A run that did not. */
  static RunRecord failed(String id, String error) {
    return run(id, Map.of(), List.of(), Optional.empty(), List.of(), Optional.of(error));
  }

  private static RunRecord run(
      String id,
      Map<String, Object> axes,
      List<Item> items,
      Optional<Cost> cost,
      List<LayerRecall> layers,
      Optional<String> error) {
    return new RunRecord(
        id,
        "tiny",
        "reference:recall",
        "f32/f16",
        "fasa token_budget=64",
        "fasa",
        axes,
        "recall 512",
        -7,
        "exact",
        Better.LOWER,
        items,
        cost,
        layers,
        error,
        Map.of("threads", "2"),
        Instant.parse("2026-01-02T03:04:05.678Z"),
        1234.5);
  }
}
