package dev.winnow.bench.ablate;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Every combination of the values of some keys; the last key varies fastest. */
final class Combinations {
  private static final JsonMapper MAPPER = new JsonMapper();

  private Combinations() {}

  static List<Map<String, JsonNode>> of(Map<String, List<JsonNode>> axes) {
    List<Map<String, JsonNode>> all = new ArrayList<>();
    all.add(Map.of());
    for (Map.Entry<String, List<JsonNode>> axis : axes.entrySet()) {
      List<Map<String, JsonNode>> longer = new ArrayList<>();
      for (Map<String, JsonNode> one : all) {
        for (JsonNode value : axis.getValue()) {
          Map<String, JsonNode> with = new LinkedHashMap<>(one);
          with.put(axis.getKey(), value);
          longer.add(with);
        }
      }
      all = longer;
    }
    return all;
  }

  /** {@code name key=value key=value}. */
  static String label(String name, Map<String, JsonNode> values) {
    StringBuilder label = new StringBuilder(name);
    values.forEach(
        (key, value) ->
            label
                .append(' ')
                .append(key)
                .append('=')
                .append(value.isTextual() ? value.textValue() : value.toString()));
    return label.toString();
  }

  /** Values as plain objects. */
  static Map<String, Object> plain(Map<String, JsonNode> values) {
    Map<String, Object> plain = new LinkedHashMap<>();
    values.forEach((key, value) -> plain.put(key, MAPPER.convertValue(value, Object.class)));
    return plain;
  }
}
