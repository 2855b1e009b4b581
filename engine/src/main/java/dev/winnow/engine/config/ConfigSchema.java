package dev.winnow.engine.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.winnow.engine.technique.Parameters;
import dev.winnow.engine.technique.Techniques;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The JSON Schema of run configs, by which editors complete keys and mark wrong ones. It is made
 * from the records of the techniques' defaults; ranges are left to the records themselves.
 */
public final class ConfigSchema {
  private ConfigSchema() {}

  /** The schema with those of {@code techniques} that are named. */
  public static ObjectNode of(Techniques techniques, Iterable<String> names) {
    ObjectNode schema = JsonNodeFactory.instance.objectNode();
    schema.put("$schema", "http://json-schema.org/draft-07/schema#");
    schema.put("title", "Winnow run config");
    closed(schema).putArray("required").add("metadata");
    ObjectNode keys = schema.putObject("properties");
    addMetadata(keys);
    ObjectNode list = keys.putObject("techniques").put("type", "array");
    ArrayNode anyOf = list.putObject("items").putArray("anyOf");
    Map<String, String> summaries = techniques.summaries();
    for (String name : names) {
      Record defaults = techniques.defaults(name, "schema");
      ObjectNode section = closed(anyOf.addObject().put("description", summaries.get(name)));
      section.putArray("required").add("technique");
      ObjectNode properties = section.putObject("properties");
      properties.putObject("technique").put("const", name);
      properties.setAll(properties(defaults));
    }
    return schema;
  }

  /** Adds {@code metadata} and {@code include}, which all files have, to {@code properties}. */
  public static void addMetadata(ObjectNode properties) {
    ObjectNode metadata = closed(properties.putObject("metadata"));
    metadata.putArray("required").add("version");
    ObjectNode keys = metadata.putObject("properties");
    keys.putObject("version").put("const", RunConfig.VERSION);
    keys.putObject("name").put("type", "string");
    keys.putObject("description").put("type", "string");
    ObjectNode include = properties.putObject("include");
    include.put("description", "Files this one builds on, relative to it.");
    include.putArray("type").add("string").add("array");
    include.putObject("items").put("type", "string");
  }

  /** The schema's {@code properties} for the keys of a section that is bound to a record. */
  public static ObjectNode properties(Record defaults) {
    return properties(defaults.getClass(), Parameters.toJson(defaults));
  }

  private static ObjectNode properties(Class<?> record, JsonNode defaults) {
    ObjectNode properties = JsonNodeFactory.instance.objectNode();
    for (RecordComponent component : record.getRecordComponents()) {
      String key = Parameters.key(component.getName());
      JsonNode value = defaults.path(key);
      ObjectNode property = type(component.getGenericType(), value);
      if (!value.isMissingNode() && !value.isNull()) {
        property.set("default", value);
      }
      properties.set(key, property);
    }
    return properties;
  }

  private static ObjectNode type(Type generic, JsonNode value) {
    ObjectNode schema = JsonNodeFactory.instance.objectNode();
    if (generic instanceof ParameterizedType list && list.getRawType() == List.class) {
      Type element = list.getActualTypeArguments()[0];
      schema.put("type", "array").set("items", type(element, value.path(0)));
      return schema;
    }
    Class<?> type = (Class<?>) generic;
    if (type.isEnum()) {
      ArrayNode labels = schema.putArray("enum");
      for (Object constant : type.getEnumConstants()) {
        String label = ((Enum<?>) constant).name().toLowerCase(Locale.ROOT);
        labels.add(label);
        if (label.equals("true")) {
          labels.add(true); // what YAML makes of it
        }
      }
      return schema;
    }
    if (type.isRecord() && value.isObject()) {
      return closed(schema).set("properties", properties(type, value));
    }
    return schema.put("type", scalar(type));
  }

  private static String scalar(Class<?> type) {
    if (List.of(int.class, long.class, Integer.class, Long.class).contains(type)) {
      return "integer";
    }
    if (type == boolean.class || type == Boolean.class) {
      return "boolean";
    }
    // Records that stand for one value are budgets.
    return type.isPrimitive() || Number.class.isAssignableFrom(type) || type.isRecord()
        ? "number"
        : "string";
  }

  /** Makes {@code object} the schema of an object that has no other keys than its properties. */
  public static ObjectNode closed(ObjectNode object) {
    return object.put("type", "object").put("additionalProperties", false);
  }
}
