package dev.winnow.bench.ablate;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.winnow.bench.ablate.PlannedRun.ModelSetting;
import dev.winnow.engine.config.ConfigException;
import dev.winnow.engine.config.YamlFile;
import dev.winnow.engine.technique.Parameters;
import dev.winnow.kernels.DType;
import dev.winnow.models.WeightFormat;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/** Binds the sections of one file of an ablation. */
final class AblationSections {
  private static final int DIAGNOSE_EVERY = 8;

  private final YamlFile yaml;

  AblationSections(YamlFile yaml) {
    this.yaml = yaml;
  }

  /** Keys of a model. */
  record ModelKeys(String model, WeightFormat weights, DType kv) {
    static final ModelKeys DEFAULTS = new ModelKeys(null, WeightFormat.F32, DType.F16);

    /** Checks that they name a model and can hold it. */
    ModelSetting setting() {
      if (model == null || model.isBlank()) {
        throw new IllegalArgumentException("model is missing; name it as --model does");
      }
      if (!kv.isFloat()) {
        throw new IllegalArgumentException("kv must be one of f32, f16, bf16, got i32");
      }
      return new ModelSetting(model, weights, kv);
    }
  }

  /** Keys of a variant, in whatever form. */
  record VariantKeys(
      String name, JsonNode config, JsonNode set, JsonNode grid, JsonNode calibrate) {
    static final VariantKeys DEFAULTS = new VariantKeys(null, null, null, null, null);
  }

  /** Keys that every task has beside its own. */
  record TaskKeys(String suite, String name, JsonNode diagnose) {
    static final TaskKeys DEFAULTS = new TaskKeys(null, null, null);
  }

  List<ModelSetting> models() {
    List<ModelSetting> models = new ArrayList<>();
    for (JsonNode one : list("models")) {
      String key = "models[%d]".formatted(models.size());
      if (one.isTextual()) {
        models.add(new ModelKeys(one.textValue(), WeightFormat.F32, DType.F16).setting());
      } else {
        ObjectNode section = section(one, key, "a name or a section with model, weights and kv");
        String where = yaml.where(section, key);
        models.add(
            naming(where, () -> Parameters.bind(section, ModelKeys.DEFAULTS, where).setting()));
      }
      if (models.indexOf(models.getLast()) < models.size() - 1) {
        throw new ConfigException("%s: %s is listed twice".formatted(yaml.file(), key));
      }
    }
    return models;
  }

  List<AblationConfig.Variant> variants() {
    List<AblationConfig.Variant> variants = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (JsonNode one : list("variants")) {
      String key = "variants[%d]".formatted(variants.size());
      ObjectNode section = section(one, key, "a section with name, config, set and grid");
      String where = yaml.where(section, key);
      VariantKeys keys =
          ConfigException.naming(() -> Parameters.bind(section, VariantKeys.DEFAULTS, where));
      if (keys.name() == null || keys.name().isBlank()) {
        throw new ConfigException(where + ".name is missing; it stands in tables and labels");
      }
      if (keys.name().equals(RunRecord.DENSE)) {
        throw new ConfigException(
            where + ".name must not be dense, which is the baseline that always runs");
      }
      if (!names.add(keys.name())) {
        throw new ConfigException(
            "%s.name: two variants are called %s; give them different names"
                .formatted(where, keys.name()));
      }
      if (keys.config().isNull()) {
        throw new ConfigException(
            where + ".config is missing; name one of configs/*.yaml, relative to this file");
      }
      variants.add(
          new AblationConfig.Variant(
              keys.name(),
              yaml.files(keys.config(), where + ".config"),
              settings(keys.set(), where + ".set"),
              grid(keys.grid(), where + ".grid"),
              calibrate(keys.calibrate(), where + ".calibrate"),
              where));
    }
    return variants;
  }

  private static Map<String, JsonNode> settings(JsonNode set, String where) {
    Map<String, JsonNode> settings = new LinkedHashMap<>();
    if (set.isNull()) {
      return settings;
    }
    if (!set.isObject()) {
      throw new ConfigException(
          "%s must be a section of parameters, got %s".formatted(where, YamlFile.kind(set)));
    }
    set.properties().forEach(entry -> settings.put(entry.getKey(), entry.getValue()));
    return settings;
  }

  private static Map<String, List<JsonNode>> grid(JsonNode grid, String where) {
    Map<String, List<JsonNode>> axes = new LinkedHashMap<>();
    settings(grid, where)
        .forEach(
            (key, values) -> {
              if (!values.isArray() || values.isEmpty()) {
                throw new ConfigException(
                    "%s.%s must be a list of at least one value, got %s"
                        .formatted(where, key, values));
              }
              List<JsonNode> all = new ArrayList<>();
              values.forEach(all::add);
              if (new HashSet<>(all).size() < all.size()) {
                throw new ConfigException("%s.%s lists a value twice".formatted(where, key));
              }
              axes.put(key, all);
            });
    return axes;
  }

  private Optional<CalibrationSetting> calibrate(JsonNode calibrate, String where) {
    if (calibrate.isNull() || (calibrate.isBoolean() && !calibrate.booleanValue())) {
      return Optional.empty();
    }
    if (!calibrate.isBoolean() && !calibrate.isObject()) {
      throw new ConfigException(
          "%s must be true or a section with text, tokens, steps, window and pairing, got %s"
              .formatted(where, calibrate));
    }
    ObjectNode section =
        calibrate.isObject() ? (ObjectNode) calibrate : JsonNodeFactory.instance.objectNode();
    FileKeys.resolve(
        section, CalibrationSetting.defaults(), file -> yaml.beside(file, where + ".text"));
    return Optional.of(ConfigException.naming(() -> CalibrationSetting.of(section, where)));
  }

  List<AblationConfig.Task> tasks() {
    List<AblationConfig.Task> tasks = new ArrayList<>();
    for (JsonNode one : list("tasks")) {
      String key = "tasks[%d]".formatted(tasks.size());
      ObjectNode section = section(one, key, "a section '- suite: NAME'");
      String where = yaml.where(section, key);
      ObjectNode common = JsonNodeFactory.instance.objectNode();
      for (String name : List.of("suite", "name", "diagnose")) {
        JsonNode value = section.remove(name);
        if (value != null) {
          common.set(name, value);
        }
      }
      TaskKeys keys =
          ConfigException.naming(() -> Parameters.bind(common, TaskKeys.DEFAULTS, where));
      AblationTask<?> task =
          ConfigException.naming(
              () -> AblationTasks.of(keys.suite() == null ? "" : keys.suite(), where));
      FileKeys.resolve(section, task.defaults(), file -> yaml.beside(file, where));
      tasks.add(
          new AblationConfig.Task(
              task,
              keys.name() == null ? task.suite() : keys.name(),
              diagnose(keys.diagnose(), where),
              section,
              where));
    }
    return tasks;
  }

  private static int diagnose(JsonNode diagnose, String where) {
    if (diagnose.isNull()) {
      return 0;
    }
    if (diagnose.isBoolean()) {
      return diagnose.booleanValue() ? DIAGNOSE_EVERY : 0;
    }
    if (!diagnose.isInt() || diagnose.intValue() < 1) {
      throw new ConfigException(
          "%s: diagnose must be true, false or a whole number >= 1, got %s"
              .formatted(where, diagnose));
    }
    return diagnose.intValue();
  }

  List<Long> seeds() {
    JsonNode list = yaml.root().get("seeds");
    return list == null ? List.of() : seeds(list, yaml.file() + ": seeds");
  }

  /** Seeds, of which there must be one. */
  static List<Long> seeds(JsonNode list, String where) {
    List<Long> seeds = new ArrayList<>();
    for (JsonNode one : list) {
      if (!one.isIntegralNumber() || !one.canConvertToLong() || seeds.contains(one.longValue())) {
        throw new ConfigException(
            "%s must be a list of different whole numbers, got %s".formatted(where, list));
      }
      seeds.add(one.longValue());
    }
    if (seeds.isEmpty()) {
      throw new ConfigException(
          "%s must be a list of whole numbers, got %s".formatted(where, list));
    }
    return seeds;
  }

  private JsonNode list(String key) {
    JsonNode list = yaml.root().get(key);
    if (list == null) {
      return JsonNodeFactory.instance.arrayNode();
    }
    if (!list.isArray()) {
      throw new ConfigException(
          "%s: %s must be a list, got %s".formatted(yaml.file(), key, YamlFile.kind(list)));
    }
    return list;
  }

  private ObjectNode section(JsonNode node, String key, String allowed) {
    if (node instanceof ObjectNode section) {
      return section;
    }
    throw new ConfigException(
        "%s: %s must be %s, got %s".formatted(yaml.file(), key, allowed, YamlFile.kind(node)));
  }

  private static <T> T naming(String where, Supplier<T> binder) {
    try {
      return binder.get();
    } catch (IllegalArgumentException e) {
      String message = e.getMessage();
      throw new ConfigException(message.startsWith(where) ? message : where + ": " + message, e);
    }
  }
}
