package dev.winnow.bench.ablate;

import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A run that has ended: one model with one variant on one task from one seed. On the wire it is one
 * JSON line in snake case.
 *
 * @param id of the run: the same for the same model, variant, task and seed, whatever the file they
 *     were named in
 * @param ablation name of the configuration
 * @param model as it was named, such as {@code reference:recall}
 * @param precision of weights, and of keys and values, such as {@code f32/f16}
 * @param variant label of what ran, unique in the ablation; {@value #DENSE} for the baseline
 * @param technique name or names of its techniques joined by {@code +}; {@value #DENSE} for none
 * @param axes parameters that the variant sweeps, such as {@code token_budget: 256}
 * @param task label of what was measured, unique in the ablation
 * @param seed of contexts and questions
 * @param metric name of what {@link Item#score()} is
 * @param better which scores are better
 * @param items what was measured one by one; empty if the run failed. Items of the same model, task
 *     and seed with the same key are of the same question, so that variants are compared in pairs
 * @param cost what it took; absent if the run failed
 * @param layers the share of dense attention that each layer kept, by {@code --diagnose}; may be
 *     empty
 * @param error why it failed, if it did
 * @param environment where it ran, such as {@code cpu}, {@code threads}
 * @param started when
 * @param wallMs milliseconds from start to end
 */
public record RunRecord(
    String id,
    String ablation,
    String model,
    String precision,
    String variant,
    String technique,
    Map<String, Object> axes,
    String task,
    long seed,
    String metric,
    Better better,
    List<Item> items,
    Optional<Cost> cost,
    List<LayerRecall> layers,
    Optional<String> error,
    Map<String, String> environment,
    Instant started,
    double wallMs) {

  /** The variant without techniques, which every other is compared with. */
  public static final String DENSE = "dense";

  /** Copies lists and maps, keeping their order. */
  public RunRecord {
    axes = Collections.unmodifiableMap(new LinkedHashMap<>(axes));
    items = List.copyOf(items);
    layers = List.copyOf(layers);
    environment = Collections.unmodifiableMap(new LinkedHashMap<>(environment));
  }

  /** Whether it measured what it was to measure. */
  public boolean succeeded() {
    return error.isEmpty();
  }

  /** Mean score over the items; NaN if there are none. */
  public double score() {
    return items.stream().mapToDouble(Item::score).average().orElse(Double.NaN);
  }

  /** Which scores are better. */
  public enum Better {
    /** As with exact match. */
    HIGHER,
    /** As with negative log-likelihood. */
    LOWER
  }

  /**
   * One question, token or repetition.
   *
   * @param key of the item in its task
   * @param at where it lies, such as {@code length: 2048, depth: 0.5}; axes of heat maps
   * @param score as the metric says
   */
  public record Item(String key, Map<String, Double> at, double score) {
    /** Copies the map, keeping its order. */
    public Item {
      at = Collections.unmodifiableMap(new LinkedHashMap<>(at));
    }
  }

  /**
   * What a run took, over all its items.
   *
   * @param flops floating-point operations executed
   * @param denseFlops those of dense execution of the same tokens
   * @param kvBytes bytes of keys and values read, those read to choose included
   * @param denseKvBytes those of dense execution
   * @param peakKvBytes the most bytes of keys and values held by a sequence; 0 if not measured
   * @param ttftMs milliseconds to the first token of each answer; may be empty
   * @param tpotMs milliseconds per further token of each answer; may be empty
   * @param masked whether techniques only masked what they would evict, and saved nothing
   */
  public record Cost(
      double flops,
      double denseFlops,
      double kvBytes,
      double denseKvBytes,
      double peakKvBytes,
      List<Double> ttftMs,
      List<Double> tpotMs,
      boolean masked) {
    /** Copies the lists. */
    public Cost {
      ttftMs = List.copyOf(ttftMs);
      tpotMs = List.copyOf(tpotMs);
    }

    /** Executed over dense floating-point operations. */
    public double flopsRatio() {
      return flops / denseFlops;
    }

    /** Executed over dense bytes of keys and values. */
    public double kvRatio() {
      return kvBytes / denseKvBytes;
    }
  }

  /**
   * What a layer kept.
   *
   * @param layer from 0
   * @param heads share of dense attention that the rows read hold, by query head; NaN where the
   *     layer was always dense
   */
  public record LayerRecall(int layer, List<Double> heads) {
    /** Copies the list. */
    public LayerRecall {
      heads = List.copyOf(heads);
    }
  }
}
