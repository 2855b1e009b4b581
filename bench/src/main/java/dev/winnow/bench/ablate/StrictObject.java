package dev.winnow.bench.ablate;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/** A JSON object read key by key: what is missing, wrong or left over is refused by name. */
final class StrictObject {
  private static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private final String where;
  private final ObjectNode object;
  private final Set<String> used = new HashSet<>();

  private StrictObject(String where, JsonNode node) {
    this.where = where;
    if (!(node instanceof ObjectNode given)) {
      throw new IllegalArgumentException(
          "%s must be a JSON object, got %s".formatted(where, shown(node)));
    }
    this.object = given;
  }

  /**
   * The one object that {@code text} is, as {@code reader} makes of it.
   *
   * @param where for messages
   * @throws IllegalArgumentException naming the place and the key
   */
  static <T> T parse(String where, String text, Function<StrictObject, T> reader) {
    try {
      return read(where, JSON.readTree(text), reader);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(
          "%s is not one JSON object (column %d: %s)"
              .formatted(where, e.getLocation().getColumnNr(), e.getOriginalMessage()),
          e);
    }
  }

  private static <T> T read(String where, JsonNode node, Function<StrictObject, T> reader) {
    StrictObject object = new StrictObject(where, node);
    T value = reader.apply(object);
    object
        .object
        .fieldNames()
        .forEachRemaining(
            key -> {
              if (!object.used.contains(key)) {
                throw new IllegalArgumentException(
                    "%s: unknown key '%s', allowed are %s"
                        .formatted(where, key, String.join(", ", object.used)));
              }
            });
    return value;
  }

  JsonNode node(String key) {
    used.add(key);
    JsonNode value = object.get(key);
    if (value == null) {
      throw new IllegalArgumentException("%s: %s is missing".formatted(where, key));
    }
    return value;
  }

  String text(String key) {
    JsonNode value = node(key);
    if (!value.isTextual()) {
      throw wrong(key, "text", value);
    }
    return value.textValue();
  }

  Optional<String> optionalText(String key) {
    return node(key).isNull() ? Optional.empty() : Optional.of(text(key));
  }

  long wholeNumber(String key) {
    JsonNode value = node(key);
    if (!value.isIntegralNumber() || !value.canConvertToLong()) {
      throw wrong(key, "a whole number", value);
    }
    return value.longValue();
  }

  /** A number; null stands for NaN. */
  double number(String key) {
    return number(key, node(key));
  }

  boolean flag(String key) {
    JsonNode value = node(key);
    if (!value.isBoolean()) {
      throw wrong(key, "true or false", value);
    }
    return value.booleanValue();
  }

  ObjectNode object(String key) {
    if (node(key) instanceof ObjectNode value) {
      return value;
    }
    throw wrong(key, "a JSON object", node(key));
  }

  List<Double> numbers(String key) {
    List<Double> numbers = new ArrayList<>();
    list(key).forEach(value -> numbers.add(number(key, value)));
    return numbers;
  }

  Map<String, Double> numbersByName(String key) {
    Map<String, Double> numbers = new LinkedHashMap<>();
    object(key)
        .properties()
        .forEach(
            field ->
                numbers.put(field.getKey(), number(key + "." + field.getKey(), field.getValue())));
    return numbers;
  }

  Map<String, String> textsByName(String key) {
    Map<String, String> texts = new LinkedHashMap<>();
    object(key)
        .properties()
        .forEach(
            field -> {
              if (!field.getValue().isTextual()) {
                throw wrong(key + "." + field.getKey(), "text", field.getValue());
              }
              texts.put(field.getKey(), field.getValue().textValue());
            });
    return texts;
  }

  Map<String, Object> scalarsByName(String key) {
    Map<String, Object> scalars = new LinkedHashMap<>();
    object(key)
        .properties()
        .forEach(
            field ->
                scalars.put(field.getKey(), scalar(key + "." + field.getKey(), field.getValue())));
    return scalars;
  }

  <T> List<T> objects(String key, Function<StrictObject, T> reader) {
    List<T> all = new ArrayList<>();
    for (JsonNode node : list(key)) {
      all.add(read("%s: %s[%d]".formatted(where, key, all.size()), node, reader));
    }
    return all;
  }

  <T> T section(String key, Function<StrictObject, T> reader) {
    return read(where + ": " + key, node(key), reader);
  }

  <T> Optional<T> optionalSection(String key, Function<StrictObject, T> reader) {
    return node(key).isNull() ? Optional.empty() : Optional.of(section(key, reader));
  }

  /** What {@code reader} makes of a text, such as a label or a time. */
  <T> T convert(String key, Function<String, T> reader) {
    String text = text(key);
    try {
      return reader.apply(text);
    } catch (RuntimeException e) {
      throw new IllegalArgumentException("%s: %s: %s".formatted(where, key, e.getMessage()), e);
    }
  }

  private JsonNode list(String key) {
    JsonNode value = node(key);
    if (!value.isArray()) {
      throw wrong(key, "a list", value);
    }
    return value;
  }

  private double number(String key, JsonNode value) {
    if (value.isNull()) {
      return Double.NaN;
    }
    if (!value.isNumber()) {
      throw wrong(key, "a number, or null for none", value);
    }
    return value.doubleValue();
  }

  /** As YAML and {@code --set} have it: a number, text, true, false, nothing, or a list of them. */
  private Object scalar(String key, JsonNode value) {
    if (value.isInt() || value.isDouble() || value.isLong()) {
      return value.numberValue();
    }
    if (value.isTextual()) {
      return value.textValue();
    }
    if (value.isBoolean()) {
      return value.booleanValue();
    }
    if (value.isArray()) {
      List<Object> all = new ArrayList<>();
      value.forEach(one -> all.add(scalar(key, one)));
      return all;
    }
    throw wrong(key, "a number, text, true, false or a list", value);
  }

  private IllegalArgumentException wrong(String key, String allowed, JsonNode got) {
    return new IllegalArgumentException(
        "%s: %s must be %s, got %s".formatted(where, key, allowed, shown(got)));
  }

  private static String shown(JsonNode node) {
    String text = node.isMissingNode() ? "nothing" : node.toString();
    return text.length() <= 60 ? text : text.substring(0, 60) + "...";
  }
}
