package dev.winnow.bench.ablate;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.winnow.bench.ablate.PlannedRun.TaskSetting;
import dev.winnow.engine.config.ConfigException;
import dev.winnow.engine.technique.Parameters;
import java.lang.reflect.RecordComponent;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Makes tasks with all their parameters of what stands in a file. */
final class TaskExpansion {
  private TaskExpansion() {}

  /**
   * A task.
   *
   * @param setting what travels
   * @param seeded whether seeds matter to it
   * @param alternates whether its runs are measured together
   */
  record Planned(TaskSetting setting, boolean seeded, boolean alternates) {}

  /** A task for each combination of values where a key that takes one value has a list. */
  static List<Planned> of(List<AblationConfig.Task> sections, Map<String, String> digests) {
    List<Planned> tasks = new ArrayList<>();
    Map<String, String> labels = new HashMap<>();
    for (AblationConfig.Task section : sections) {
      for (Planned task : expand(section, section.task(), digests)) {
        String other = labels.putIfAbsent(task.setting().label(), section.where());
        if (other != null) {
          throw new ConfigException(
              "%s: a task is called '%s' as one of %s is; give them different names with name:"
                  .formatted(section.where(), task.setting().label(), other));
        }
        tasks.add(task);
      }
    }
    return tasks;
  }

  private static <P extends Record> List<Planned> expand(
      AblationConfig.Task section, AblationTask<P> task, Map<String, String> digests) {
    List<Planned> tasks = new ArrayList<>();
    for (Map<String, JsonNode> values : Combinations.of(axes(section))) {
      ObjectNode keys = section.keys().deepCopy();
      values.forEach(keys::set);
      wrapSingles(keys, task.defaults());
      P parameters =
          ConfigException.naming(
              () -> {
                P bound = Parameters.bind(keys, task.defaults(), section.where());
                check(task, bound, section.where());
                return bound;
              });
      ObjectNode all = Parameters.toJson(parameters);
      FileKeys.digest(all, parameters, section.where(), digests);
      tasks.add(
          new Planned(
              new TaskSetting(label(section, values), task.suite(), section.diagnose(), all),
              task.seeded(),
              task.alternates()));
    }
    return tasks;
  }

  /** Files are named without their folders. */
  private static String label(AblationConfig.Task section, Map<String, JsonNode> values) {
    Map<String, JsonNode> shown = new LinkedHashMap<>(values);
    for (String key : FileKeys.of(section.task().defaults())) {
      shown.computeIfPresent(
          key, (k, file) -> TextNode.valueOf("" + Path.of(file.asText()).getFileName()));
    }
    return Combinations.label(section.name(), shown);
  }

  private static <P extends Record> void check(AblationTask<P> task, P parameters, String where) {
    try {
      task.check(parameters);
    } catch (IllegalArgumentException e) {
      throw new ConfigException(where + ": " + e.getMessage(), e);
    }
  }

  /** One value stands for a list of it where a list is wanted. */
  private static void wrapSingles(ObjectNode keys, Record defaults) {
    for (RecordComponent component : defaults.getClass().getRecordComponents()) {
      String key = Parameters.key(component.getName());
      JsonNode value = keys.get(key);
      if (component.getType() == List.class
          && value != null
          && value.isValueNode()
          && !value.isNull()) {
        keys.putArray(key).add(value);
      }
    }
  }

  private static Map<String, List<JsonNode>> axes(AblationConfig.Task section) {
    Map<String, List<JsonNode>> axes = new LinkedHashMap<>();
    for (RecordComponent component : section.task().defaults().getClass().getRecordComponents()) {
      JsonNode value = section.keys().get(Parameters.key(component.getName()));
      if (value == null || !value.isArray() || component.getType() == List.class) {
        continue;
      }
      String key = Parameters.key(component.getName());
      if (value.isEmpty()) {
        throw new ConfigException("%s: %s is an empty list".formatted(section.where(), key));
      }
      List<JsonNode> all = new ArrayList<>();
      value.forEach(all::add);
      axes.put(key, all);
    }
    return axes;
  }
}
