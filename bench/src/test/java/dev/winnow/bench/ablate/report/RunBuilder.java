package dev.winnow.bench.ablate.report;

import dev.winnow.bench.ablate.RunRecord;
import dev.winnow.bench.ablate.RunRecord.Better;
import dev.winnow.bench.ablate.RunRecord.Cost;
import dev.winnow.bench.ablate.RunRecord.Item;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A run of {@code model} on {@code task} with what a test cares about. */
final class RunBuilder {
  private final String variant;
  private String id = "";
  private String model = "model";
  private String precision = "f32/f32";
  private String task = "task";
  private Map<String, Object> axes = Map.of();
  private long seed = 1;
  private Better better = Better.HIGHER;
  private List<Item> items = List.of();
  private Optional<Cost> cost = Optional.empty();
  private Optional<String> error = Optional.empty();
  private double wallMs = 1000;

  private RunBuilder(String variant) {
    this.variant = variant;
  }

  static RunBuilder run(String variant) {
    return new RunBuilder(variant);
  }

  RunBuilder id(String value) {
    id = value;
    return this;
  }

  RunBuilder model(String value, String itsPrecision) {
    model = value;
    precision = itsPrecision;
    return this;
  }

  RunBuilder task(String value) {
    task = value;
    return this;
  }

  RunBuilder axes(Map<String, Object> value) {
    axes = value;
    return this;
  }

  RunBuilder seed(long value) {
    seed = value;
    return this;
  }

  RunBuilder lowerIsBetter() {
    better = Better.LOWER;
    return this;
  }

  /** Items with the keys 0, 1, 2 and so on. */
  RunBuilder scores(double... scores) {
    items = new ArrayList<>();
    for (double score : scores) {
      items.add(new Item(String.valueOf(items.size()), Map.of(), score));
    }
    return this;
  }

  RunBuilder items(Item... value) {
    items = List.of(value);
    return this;
  }

  /** Executed of 1000 dense operations and bytes, and milliseconds per further token. */
  RunBuilder cost(double flops, double kvBytes, Double... tpotMs) {
    return cost(new Cost(flops, 1000, kvBytes, 1000, 0, List.of(), List.of(tpotMs), false));
  }

  RunBuilder cost(Cost value) {
    cost = Optional.of(value);
    return this;
  }

  RunBuilder wallMs(double value) {
    wallMs = value;
    return this;
  }

  RunBuilder failed(String cause) {
    error = Optional.of(cause);
    return this;
  }

  RunRecord build() {
    return new RunRecord(
        id.isEmpty() ? String.join("/", model, precision, variant, task, "" + seed) : id,
        "ablation",
        model,
        precision,
        variant,
        variant.split(" ")[0],
        axes,
        task,
        seed,
        "exact_match",
        better,
        items,
        cost,
        List.of(),
        error,
        Map.of(),
        Instant.EPOCH,
        wallMs);
  }
}
