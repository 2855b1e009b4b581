package dev.winnow.engine.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.winnow.engine.technique.Parameters;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * One {@code key=value} that overrides a parameter.
 *
 * @param technique whose; null for the only one that has the key
 * @param key the parameter
 * @param value a scalar or a list
 * @param text as it was given
 */
record Setting(String technique, String key, JsonNode value, String text) {

  /** Reads {@code key=value} or {@code technique.key=value}; the value is YAML. */
  static Setting parse(String text) {
    int equals = text.indexOf('=');
    if (equals < 1) {
      throw new ConfigException(
          "set must be key=value or technique.key=value, got '%s'".formatted(text));
    }
    String left = text.substring(0, equals).strip();
    int dot = left.indexOf('.');
    String right = text.substring(equals + 1);
    JsonNode value = YamlReader.read("set " + left, right).root();
    if (value == null || value.isObject()) {
      throw new ConfigException(
          "set %s must have a number, text, true, false or a list as its value, got '%s'"
              .formatted(left, right));
    }
    return new Setting(
        dot < 0 ? null : left.substring(0, dot), left.substring(dot + 1), value, text);
  }

  /**
   * Puts the value in its place.
   *
   * @param defaults of each technique of the config
   * @param given parameters of each technique of the config
   */
  String apply(Map<String, Record> defaults, Map<String, ObjectNode> given) {
    if (given.isEmpty()) {
      throw new ConfigException(
          "set %s has no effect: the config names no technique".formatted(text));
    }
    if (technique != null && !given.containsKey(technique)) {
      throw new ConfigException(
          "set %s: the config has no technique '%s', only %s"
              .formatted(text, technique, String.join(", ", given.keySet())));
    }
    List<String> owners = new ArrayList<>();
    List<String> allowed = new ArrayList<>();
    for (String name : technique == null ? given.keySet() : List.of(technique)) {
      Parameters.toJson(defaults.get(name))
          .fieldNames()
          .forEachRemaining(
              known -> {
                allowed.add(given.size() == 1 ? known : name + "." + known);
                if (known.equals(key)) {
                  owners.add(name);
                }
              });
    }
    if (owners.isEmpty()) {
      throw new ConfigException(
          "set %s: unknown key '%s', allowed are %s"
              .formatted(text, key, String.join(", ", allowed)));
    }
    if (owners.size() > 1) {
      throw new ConfigException(
          "set %s: %s is a key of %s; say whose, as in %s.%s"
              .formatted(text, key, String.join(" and ", owners), owners.getFirst(), text));
    }
    given.get(owners.getFirst()).set(key, value);
    return owners.getFirst();
  }
}
