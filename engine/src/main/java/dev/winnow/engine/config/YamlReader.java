package dev.winnow.engine.config;

import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.JacksonYAMLParseException;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLParser;
import java.io.IOException;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Reads the part of YAML that is JSON with comments: mappings, lists and scalars. Anchors, aliases,
 * tags, merge keys and second documents, by which a small file can stand for a large or a strange
 * one, are refused.
 */
final class YamlReader {
  private static final int MAX_DEPTH = 16;

  /** YAML 1.2 takes these for numbers; the parser, which keeps to 1.1, for text. */
  private static final Pattern EXPONENT = Pattern.compile("[-+]?[0-9]+(\\.[0-9]*)?[eE][-+]?[0-9]+");

  private static final YAMLFactory YAML =
      YAMLFactory.builder()
          .enable(YAMLParser.Feature.PARSE_BOOLEAN_LIKE_WORDS_AS_STRINGS)
          .enable(YAMLParser.Feature.EMPTY_STRING_AS_NULL)
          .build();

  private final String source;
  private final String text;
  private final Map<JsonNode, Integer> lines = new IdentityHashMap<>();

  private YamlReader(String source, String text) {
    this.source = source;
    this.text = text;
  }

  /**
   * A document with the line that each of its mappings begins on.
   *
   * @param root the document; null if it is empty
   */
  record Document(JsonNode root, Map<JsonNode, Integer> lines) {}

  /**
   * Reads {@code text}.
   *
   * @param source name for messages
   * @throws ConfigException naming the line
   */
  static Document read(String source, String text) {
    YamlReader reader = new YamlReader(source, text);
    try (YAMLParser parser = YAML.createParser(text)) {
      if (parser.nextToken() == null) {
        return new Document(null, Map.of());
      }
      JsonNode root = reader.value(parser, 0);
      if (parser.nextToken() != null) {
        throw reader.refused(parser, "a second document begins; keep one to a file");
      }
      return new Document(root, reader.lines);
    } catch (JacksonYAMLParseException e) {
      int line = e.getLocation() == null ? 1 : e.getLocation().getLineNr();
      throw new ConfigException(
          "%s:%d: not YAML: %s".formatted(source, line, firstLine(e.getOriginalMessage())), e);
    } catch (IOException e) {
      throw new ConfigException("%s: not YAML: %s".formatted(source, firstLine(e.getMessage())), e);
    }
  }

  private JsonNode value(YAMLParser parser, int depth) throws IOException {
    if (depth > MAX_DEPTH) {
      throw refused(parser, "nested deeper than %d levels".formatted(MAX_DEPTH));
    }
    if (parser.isCurrentAlias() || parser.getObjectId() != null) {
      throw refused(parser, "anchors (&x) and aliases (*x) are not supported; write the value out");
    }
    if (parser.getTypeId() != null) {
      throw refused(parser, "tags (!x) are not supported; leave it away");
    }
    return switch (parser.currentToken()) {
      case START_OBJECT -> mapping(parser, depth);
      case START_ARRAY -> list(parser, depth);
      case VALUE_TRUE, VALUE_FALSE ->
          JsonNodeFactory.instance.booleanNode(parser.getBooleanValue());
      case VALUE_NULL -> JsonNodeFactory.instance.nullNode();
      case VALUE_NUMBER_INT -> integer(parser);
      case VALUE_NUMBER_FLOAT -> JsonNodeFactory.instance.numberNode(parser.getDoubleValue());
      default -> scalar(parser);
    };
  }

  private ObjectNode mapping(YAMLParser parser, int depth) throws IOException {
    ObjectNode mapping = JsonNodeFactory.instance.objectNode();
    lines.put(mapping, parser.currentTokenLocation().getLineNr());
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      if (parser.isCurrentAlias() || parser.getObjectId() != null) {
        throw refused(parser, "anchors (&x) and aliases (*x) are not supported");
      }
      String key = parser.currentName();
      if (mapping.has(key)) {
        throw refused(parser, "key '%s' stands twice in the same section".formatted(key));
      }
      parser.nextToken();
      mapping.set(key, value(parser, depth + 1));
    }
    return mapping;
  }

  private ArrayNode list(YAMLParser parser, int depth) throws IOException {
    ArrayNode list = JsonNodeFactory.instance.arrayNode();
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      list.add(value(parser, depth + 1));
    }
    return list;
  }

  private static JsonNode integer(YAMLParser parser) throws IOException {
    return switch (parser.getNumberType()) {
      case INT -> JsonNodeFactory.instance.numberNode(parser.getIntValue());
      case LONG -> JsonNodeFactory.instance.numberNode(parser.getLongValue());
      default -> JsonNodeFactory.instance.numberNode(parser.getBigIntegerValue());
    };
  }

  private JsonNode scalar(YAMLParser parser) throws IOException {
    String value = parser.getText();
    int at = (int) parser.currentTokenLocation().getCharOffset();
    boolean plain = at >= 0 && at < text.length() && text.startsWith(value, at);
    return plain && EXPONENT.matcher(value).matches()
        ? JsonNodeFactory.instance.numberNode(Double.parseDouble(value))
        : JsonNodeFactory.instance.textNode(value);
  }

  private ConfigException refused(YAMLParser parser, String why) {
    return new ConfigException(
        "%s:%d: %s".formatted(source, parser.currentTokenLocation().getLineNr(), why));
  }

  private static String firstLine(String message) {
    return message.lines().findFirst().orElse("damaged");
  }
}
