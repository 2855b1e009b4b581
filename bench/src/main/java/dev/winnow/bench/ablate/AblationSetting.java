package dev.winnow.bench.ablate;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.winnow.engine.config.ConfigException;
import dev.winnow.engine.config.YamlFile;
import dev.winnow.engine.technique.Parameters;
import java.lang.reflect.RecordComponent;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * One {@code key=value} that overrides a key of an ablation.
 *
 * @param owner suite or {@code calibrate}; empty for every task that has the key
 * @param key which
 * @param value a scalar or a list
 * @param text as it was given
 */
record AblationSetting(String owner, String key, JsonNode value, String text) {
  private static final String CALIBRATE = "calibrate";
  private static final String SEEDS = "seeds";

  /** Reads {@code KEY=VALUE} or {@code OWNER.KEY=VALUE}; the value is YAML. */
  static AblationSetting parse(String text) {
    int equals = text.indexOf('=');
    if (equals < 1) {
      throw new ConfigException(
          "set must be key=value, suite.key=value or calibrate.key=value, got '%s'"
              .formatted(text));
    }
    String left = text.substring(0, equals).strip();
    JsonNode value = YamlFile.value(text.substring(equals + 1), "set " + left);
    int dot = left.indexOf('.');
    return new AblationSetting(
        dot < 0 ? "" : left.substring(0, dot), left.substring(dot + 1), value, text);
  }

  AblationConfig apply(AblationConfig config) {
    if (owner.isEmpty() && key.equals(SEEDS)) {
      return new AblationConfig(
          config.metadata(),
          config.models(),
          config.variants(),
          config.tasks(),
          AblationSections.seeds(value, "set seeds"));
    }
    return owner.equals(CALIBRATE) ? calibrating(config) : measuring(config);
  }

  private AblationConfig calibrating(AblationConfig config) {
    List<AblationConfig.Variant> variants = new ArrayList<>();
    boolean found = false;
    for (AblationConfig.Variant variant : config.variants()) {
      found |= variant.calibrate().isPresent();
      variants.add(
          new AblationConfig.Variant(
              variant.name(),
              variant.config(),
              variant.set(),
              variant.grid(),
              variant.calibrate().map(this::calibrating),
              variant.where()));
    }
    if (!found) {
      throw new ConfigException(
          "set %s has no effect: no variant of the ablation calibrates".formatted(text));
    }
    return new AblationConfig(
        config.metadata(), config.models(), variants, config.tasks(), config.seeds());
  }

  private CalibrationSetting calibrating(CalibrationSetting setting) {
    ObjectNode keys = setting.toJson();
    if (!keys.has(key)) {
      throw unknown(CALIBRATE, keys(setting));
    }
    keys.set(key, value);
    FileKeys.resolve(keys, setting, Path::of);
    return ConfigException.naming(() -> CalibrationSetting.of(keys, "set " + text));
  }

  private AblationConfig measuring(AblationConfig config) {
    List<AblationConfig.Task> tasks = new ArrayList<>();
    Set<String> allowed = new LinkedHashSet<>();
    boolean found = false;
    for (AblationConfig.Task task : config.tasks()) {
      List<String> keys = keys(task.task().defaults());
      boolean meant = owner.isEmpty() || owner.equals(task.task().suite());
      keys.forEach(one -> allowed.add(task.task().suite() + "." + one));
      if (!meant || !keys.contains(key)) {
        tasks.add(task);
        continue;
      }
      found = true;
      ObjectNode given = task.keys().deepCopy();
      given.set(key, value);
      FileKeys.resolve(given, task.task().defaults(), Path::of);
      tasks.add(
          new AblationConfig.Task(
              task.task(),
              task.name(),
              task.diagnose(),
              given,
              task.where() + " with set " + text));
    }
    if (!found) {
      allowed.add(SEEDS);
      throw unknown("", allowed);
    }
    return new AblationConfig(
        config.metadata(), config.models(), config.variants(), tasks, config.seeds());
  }

  private ConfigException unknown(String of, Iterable<String> allowed) {
    return new ConfigException(
        "set %s: unknown key '%s'%s, allowed are %s"
            .formatted(
                text,
                owner.isEmpty() || !of.isEmpty() ? key : owner + "." + key,
                of.isEmpty() ? "" : " of " + of,
                String.join(", ", allowed)));
  }

  private static List<String> keys(Record defaults) {
    return Arrays.stream(defaults.getClass().getRecordComponents())
        .map(RecordComponent::getName)
        .map(Parameters::key)
        .toList();
  }
}
