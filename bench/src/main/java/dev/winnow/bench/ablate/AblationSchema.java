package dev.winnow.bench.ablate;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.winnow.engine.config.ConfigSchema;
import dev.winnow.engine.technique.Parameters;
import java.lang.reflect.RecordComponent;
import java.util.List;

/**
 * The JSON Schema of ablations, by which editors complete keys and mark wrong ones. Ranges are left
 * to the records themselves.
 */
public final class AblationSchema {
  private AblationSchema() {}

  /** The schema with all tasks there are. */
  public static ObjectNode schema() {
    ObjectNode schema = JsonNodeFactory.instance.objectNode();
    schema.put("$schema", "http://json-schema.org/draft-07/schema#");
    schema.put("title", "Winnow ablation");
    ConfigSchema.closed(schema).putArray("required").add("metadata");
    ObjectNode keys = schema.putObject("properties");
    ConfigSchema.addMetadata(keys);
    models(keys.putObject("models"));
    variants(keys.putObject("variants"));
    tasks(keys.putObject("tasks"));
    keys.putObject("seeds")
        .put("type", "array")
        .put("description", "Seeds of contexts and questions, default [1].")
        .putObject("items")
        .put("type", "integer");
    return schema;
  }

  private static void models(ObjectNode models) {
    models.put("type", "array").put("description", "Names, or sections with weights and kv.");
    ArrayNode anyOf = models.putObject("items").putArray("anyOf");
    anyOf.addObject().put("type", "string");
    ObjectNode section = ConfigSchema.closed(anyOf.addObject());
    section.putArray("required").add("model");
    ObjectNode keys = ConfigSchema.properties(AblationSections.ModelKeys.DEFAULTS);
    // Rows of indices have a type too, which keys and values cannot have.
    ((ObjectNode) keys.get("kv")).putArray("enum").add("f32").add("f16").add("bf16");
    section.set("properties", keys);
  }

  private static void variants(ObjectNode variants) {
    variants
        .put("type", "array")
        .put("description", "What runs beside dense attention, which always runs.");
    ObjectNode section = ConfigSchema.closed(variants.putObject("items"));
    section.putArray("required").add("name").add("config");
    ObjectNode keys = section.putObject("properties");
    keys.putObject("name").put("type", "string").put("description", "First part of the labels.");
    ObjectNode config = keys.putObject("config");
    config.put(
        "description", "A run config, or several whose techniques work together; see ../*.yaml.");
    config.putArray("type").add("string").add("array");
    config.putObject("items").put("type", "string");
    keys.putObject("set")
        .put("type", "object")
        .put("description", "Parameters that override the config's.");
    ObjectNode grid = keys.putObject("grid");
    grid.put("type", "object")
        .put("description", "Values of parameters; every combination is a variant.");
    grid.putObject("additionalProperties").put("type", "array").put("minItems", 1);
    ArrayNode calibrate = keys.putObject("calibrate").putArray("anyOf");
    calibrate.addObject().put("type", "boolean");
    ObjectNode setting =
        ConfigSchema.closed(calibrate.addObject())
            .put("description", "How to make the calibration that FASA needs.");
    setting.set("properties", described(CalibrationSetting.defaults()));
  }

  private static void tasks(ObjectNode tasks) {
    tasks
        .put("type", "array")
        .put(
            "description",
            "What is measured; a list for a key that takes one value is a task with each.");
    ArrayNode anyOf = tasks.putObject("items").putArray("anyOf");
    for (AblationTask<?> task : AblationTasks.all()) {
      ObjectNode section =
          ConfigSchema.closed(anyOf.addObject().put("description", task.summary()));
      section.putArray("required").add("suite");
      ObjectNode keys = section.putObject("properties");
      keys.putObject("suite").put("const", task.suite());
      keys.putObject("name")
          .put("type", "string")
          .put("description", "First part of the label, default the suite.");
      keys.putObject("diagnose")
          .put("description", "Watch one step in so many, true for 8; default none.")
          .putArray("type")
          .add("boolean")
          .add("integer");
      keys.setAll(described(task.defaults()));
    }
  }

  /** Keys with what they mean; one value stands for a list, and a list for a task with each. */
  private static ObjectNode described(Record defaults) {
    ObjectNode keys = ConfigSchema.properties(defaults);
    ObjectNode described = JsonNodeFactory.instance.objectNode();
    for (RecordComponent component : defaults.getClass().getRecordComponents()) {
      String key = Parameters.key(component.getName());
      ObjectNode one = (ObjectNode) keys.get(key);
      ObjectNode either = described.putObject(key);
      KeyDoc doc = component.getAnnotation(KeyDoc.class);
      if (doc != null) {
        either.put("description", doc.value());
      }
      if (one.has("default")) {
        either.set("default", one.remove("default"));
      }
      if (defaults instanceof CalibrationSetting) {
        either.setAll(one);
        continue;
      }
      ArrayNode anyOf = either.putArray("anyOf").add(one);
      if (component.getType() == List.class) {
        anyOf.add(one.get("items"));
      } else {
        anyOf.addObject().put("type", "array").set("items", one);
      }
    }
    return described;
  }
}
