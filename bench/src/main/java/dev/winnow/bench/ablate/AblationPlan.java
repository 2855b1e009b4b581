package dev.winnow.bench.ablate;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.winnow.bench.ablate.PlannedRun.ModelSetting;
import dev.winnow.bench.ablate.PlannedRun.TaskSetting;
import dev.winnow.bench.ablate.PlannedRun.Variant;
import dev.winnow.engine.config.ConfigException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The runs of an ablation in the order in which they are done: for each model, task and seed first
 * the dense baseline, then the variants.
 *
 * @param name of the ablation
 * @param description one sentence; may be empty
 * @param batches runs that are measured together; mostly one
 */
public record AblationPlan(String name, String description, List<List<PlannedRun>> batches) {
  /** Copies the lists. */
  public AblationPlan {
    batches = batches.stream().map(List::copyOf).toList();
  }

  /**
   * The plan of {@code config}.
   *
   * @throws ConfigException naming file, line and key, if parameters are wrong, a file cannot be
   *     read, or two runs would be the same
   */
  public static AblationPlan of(AblationConfig config) {
    refuseMissingTexts(config);
    Map<String, String> digests = new LinkedHashMap<>();
    List<Variant> variants = VariantExpansion.of(config.variants(), digests);
    List<TaskExpansion.Planned> tasks = TaskExpansion.of(config.tasks(), digests);
    List<List<PlannedRun>> batches = new ArrayList<>();
    for (ModelSetting model : config.models()) {
      for (TaskExpansion.Planned task : tasks) {
        List<Long> seeds = task.seeded() ? config.seeds() : config.seeds().subList(0, 1);
        for (long seed : seeds) {
          List<PlannedRun> runs = new ArrayList<>();
          for (Variant variant : variants) {
            runs.add(
                PlannedRun.of(
                    config.metadata().name(),
                    model,
                    variant,
                    task.setting(),
                    seed,
                    digestsOf(variant, task.setting(), digests)));
          }
          if (task.alternates()) {
            batches.add(runs);
          } else {
            runs.forEach(run -> batches.add(List.of(run)));
          }
        }
      }
    }
    refuseTwins(batches);
    return new AblationPlan(config.metadata().name(), config.metadata().description(), batches);
  }

  private static void refuseMissingTexts(AblationConfig config) {
    for (AblationConfig.Variant variant : config.variants()) {
      boolean missing = variant.calibrate().isPresent() && variant.calibrate().get().text() == null;
      for (ModelSetting model : config.models()) {
        if (missing && !model.name().equals(Calibrations.OWN_TEXTS)) {
          throw new ConfigException(
              "%s.calibrate: text is missing, and only %s has texts of its own, not %s; name a UTF-8 file, here or with --set calibrate.text=FILE"
                  .formatted(variant.where(), Calibrations.OWN_TEXTS, model.name()));
        }
      }
    }
  }

  private static Map<String, String> digestsOf(
      Variant variant, TaskSetting task, Map<String, String> all) {
    Map<String, String> used = new LinkedHashMap<>();
    variant.techniques().forEach(one -> collect(one.parameters(), all, used));
    variant.calibrate().ifPresent(one -> collect(one.toJson(), all, used));
    collect(task.parameters(), all, used);
    return used;
  }

  private static void collect(
      ObjectNode section, Map<String, String> all, Map<String, String> used) {
    for (JsonNode value : section) {
      if (value.isTextual() && all.containsKey(value.textValue())) {
        used.put(value.textValue(), all.get(value.textValue()));
      }
    }
  }

  private static void refuseTwins(List<List<PlannedRun>> batches) {
    Map<String, PlannedRun> byId = new HashMap<>();
    for (List<PlannedRun> batch : batches) {
      for (PlannedRun run : batch) {
        PlannedRun other = byId.putIfAbsent(run.id(), run);
        if (other != null) {
          throw new ConfigException(
              "two runs of the ablation measure the same under different names, '%s' and '%s'; drop one"
                  .formatted(other.name(), run.name()));
        }
      }
    }
  }

  /** All runs, in order. */
  public List<PlannedRun> runs() {
    return batches.stream().flatMap(List::stream).toList();
  }
}
