package dev.winnow.models.arch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.winnow.models.CheckpointException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Reads {@code config.json} with every complaint naming the file, the key, and what is allowed. */
public final class ConfigReader {
  private static final int LARGEST = 1 << 28;

  private final ObjectNode json;
  private final String where;

  /** A reader of {@code json}, which came from {@code where}. */
  public ConfigReader(ObjectNode json, String where) {
    this.json = json;
    this.where = where;
  }

  /** Whether {@code key} is present and not null. */
  public boolean has(String key) {
    return json.hasNonNull(key);
  }

  /** A whole number of at least 1 that must be there. */
  public int size(String key) {
    if (!has(key)) {
      throw error(key, "is missing", "a whole number >= 1");
    }
    return size(key, 0);
  }

  /** A whole number of at least 1, or {@code absent} when the key is not there or null. */
  public int size(String key, int absent) {
    return whole(key, absent, 1);
  }

  /** A whole number of at least 0, or {@code absent} when the key is not there or null. */
  public int count(String key, int absent) {
    return whole(key, absent, 0);
  }

  private int whole(String key, int absent, int least) {
    if (!has(key)) {
      return absent;
    }
    JsonNode node = json.get(key);
    if (!node.isIntegralNumber() || !node.canConvertToInt()) {
      throw error(key, "is " + node, "a whole number >= " + least);
    }
    int value = node.intValue();
    if (value < least || value > LARGEST) {
      throw error(key, "is " + value, "in [" + least + ", " + LARGEST + "]");
    }
    return value;
  }

  /** A positive finite number, or {@code absent}. */
  public double positive(String key, double absent) {
    if (!has(key)) {
      return absent;
    }
    JsonNode node = json.get(key);
    double value = node.doubleValue();
    if (!node.isNumber() || !(value > 0) || Double.isInfinite(value)) {
      throw error(key, "is " + node, "a number > 0");
    }
    return value;
  }

  /** A truth value, or {@code absent}. */
  public boolean flag(String key, boolean absent) {
    if (!has(key)) {
      return absent;
    }
    JsonNode node = json.get(key);
    if (!node.isBoolean()) {
      throw error(key, "is " + node, "true or false");
    }
    return node.booleanValue();
  }

  /** A string, or {@code absent}. */
  public String text(String key, String absent) {
    if (!has(key)) {
      return absent;
    }
    JsonNode node = json.get(key);
    if (!node.isTextual()) {
      throw error(key, "is " + node, "a string");
    }
    return node.textValue();
  }

  /** One of {@code allowed}, or {@code absent}. */
  public String choice(String key, String absent, Set<String> allowed) {
    String value = text(key, absent);
    if (!allowed.contains(value)) {
      throw error(key, "is '" + value + "'", "one of " + allowed);
    }
    return value;
  }

  /** A list of strings of the given length, or an empty one when the key is not there. */
  public List<String> texts(String key, int length) {
    List<String> values = new ArrayList<>();
    if (!has(key)) {
      return values;
    }
    JsonNode node = json.get(key);
    if (!node.isArray() || node.size() != length) {
      throw error(key, "is " + abbreviated(node), "a list of " + length + " strings");
    }
    for (JsonNode item : node) {
      values.add(item.asText());
    }
    return values;
  }

  /** A whole number or a list of them; empty when the key is not there. */
  public List<Integer> ids(String key) {
    List<Integer> values = new ArrayList<>();
    if (!has(key)) {
      return values;
    }
    JsonNode node = json.get(key);
    for (JsonNode item : node.isArray() ? node : List.of(node)) {
      if (!item.canConvertToInt() || item.intValue() < 0) {
        throw error(key, "is " + abbreviated(node), "a token id or a list of token ids");
      }
      values.add(item.intValue());
    }
    return values;
  }

  /** The object under {@code key}; an empty one when the key is not there. */
  public ConfigReader object(String key) {
    if (!has(key)) {
      return new ConfigReader(json.objectNode(), where + ": " + key);
    }
    if (!(json.get(key) instanceof ObjectNode object)) {
      throw error(key, "is " + abbreviated(json.get(key)), "an object");
    }
    return new ConfigReader(object, where + ": " + key);
  }

  /** Refuses a key that is set to anything but the value that means "off". */
  public void refuse(String key, boolean refused, String allowed) {
    if (refused) {
      throw error(key, "is " + abbreviated(json.get(key)), allowed);
    }
  }

  /** An exception about {@code key}. */
  public CheckpointException error(String key, String got, String allowed) {
    return new CheckpointException(
        "%s: %s %s; it must be %s. Check the checkpoint's config.json, or convert it again."
            .formatted(where, key, got, allowed));
  }

  private static String abbreviated(JsonNode node) {
    String text = String.valueOf(node);
    return text.length() <= 80 ? text : text.substring(0, 77) + "...";
  }
}
