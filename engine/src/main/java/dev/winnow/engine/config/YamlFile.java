package dev.winnow.engine.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A YAML file with the keys that all of Winnow's files have: {@code metadata} and {@code include}.
 *
 * @param file where it lies, for messages and files that it names
 * @param root its keys, which are among those allowed
 * @param lines on which each of its mappings begins
 */
public record YamlFile(Path file, ObjectNode root, Map<JsonNode, Integer> lines) {
  private static final int MAX_BYTES = 1 << 20;
  private static final List<String> METADATA_KEYS = List.of("version", "name", "description");

  /**
   * Reads a file.
   *
   * @param what it is to be, such as {@code a run config}
   * @param keys that may stand in it
   * @throws ConfigException naming file, line and key, what was got and what is allowed
   */
  public static YamlFile read(Path file, String what, List<String> keys) {
    return read(file, text(file), what, keys);
  }

  /** Reads the text of a file that may not be one. */
  static YamlFile read(Path file, String text, String what, List<String> keys) {
    YamlReader.Document document = YamlReader.read(file.toString(), text);
    if (!(document.root() instanceof ObjectNode root)) {
      throw new ConfigException(
          "%s: %s; %s has the keys %s"
              .formatted(
                  file,
                  document.root() == null ? "empty" : "got " + kind(document.root()),
                  what,
                  String.join(", ", keys)));
    }
    checkKeys(root, keys, file.toString());
    return new YamlFile(file, root, document.lines());
  }

  /** What the file says of itself. */
  public RunConfig.Metadata metadata() {
    String where = file + ": metadata";
    if (!(root.get("metadata") instanceof ObjectNode metadata)) {
      throw new ConfigException(
          where + " must be a section with version, name and description; begin with version: 1");
    }
    checkKeys(metadata, METADATA_KEYS, where);
    JsonNode version = metadata.get("version");
    if (version == null || !version.isInt() || version.intValue() != RunConfig.VERSION) {
      throw new ConfigException(
          "%s.version must be %d, the version of the format that this Winnow reads, got %s"
              .formatted(where, RunConfig.VERSION, version == null ? "nothing" : version));
    }
    String name = file.getFileName().toString().replaceFirst("\\.ya?ml$", "");
    return new RunConfig.Metadata(
        RunConfig.VERSION,
        text(metadata, "name", name, where),
        text(metadata, "description", "", where));
  }

  private static String text(ObjectNode section, String key, String otherwise, String where) {
    JsonNode value = section.get(key);
    if (value == null) {
      return otherwise;
    }
    if (!value.isTextual() || value.textValue().isBlank()) {
      throw new ConfigException("%s.%s must be text, got %s".formatted(where, key, value));
    }
    return value.textValue().strip();
  }

  /** The files it builds on, resolved against its own folder. */
  public List<Path> includes() {
    JsonNode include = root.get("include");
    return include == null ? List.of() : files(include, file + ": include");
  }

  /**
   * A file or a list of files, resolved against this one's folder.
   *
   * @param where for messages
   */
  public List<Path> files(JsonNode value, String where) {
    List<Path> files = new ArrayList<>();
    for (JsonNode one : value.isArray() ? value : List.of(value)) {
      if (!one.isTextual()) {
        throw new ConfigException(
            "%s must be a file or a list of files, got %s".formatted(where, one));
      }
      files.add(beside(one.textValue(), where));
    }
    return files;
  }

  /** {@code other} as seen from this file's folder. */
  public Path beside(String other, String where) {
    try {
      return file.resolveSibling(other).normalize();
    } catch (InvalidPathException e) {
      throw new ConfigException(
          "%s: '%s' is no file name: %s".formatted(where, other, e.getReason()), e);
    }
  }

  /** File, line and key of a mapping, for messages. */
  public String where(ObjectNode mapping, String key) {
    return "%s:%d: %s".formatted(file, lines.get(mapping), key);
  }

  /**
   * The scalar or list that {@code text} is, as it would stand in a file.
   *
   * @param where for messages
   */
  public static JsonNode value(String text, String where) {
    JsonNode value = YamlReader.read(where, text).root();
    if (value == null || value.isNull() || value.isObject()) {
      throw new ConfigException(
          "%s must have a number, text, true, false or a list as its value, got '%s'"
              .formatted(where, text));
    }
    return value;
  }

  /** Refuses keys of {@code section} that are not allowed. */
  public static void checkKeys(ObjectNode section, List<String> allowed, String where) {
    section
        .fieldNames()
        .forEachRemaining(
            key -> {
              if (!allowed.contains(key)) {
                throw new ConfigException(
                    "%s: unknown key '%s', allowed are %s"
                        .formatted(where, key, String.join(", ", allowed)));
              }
            });
  }

  /** What {@code node} is, for messages. */
  public static String kind(JsonNode node) {
    return node.isArray() ? "a list" : node.isObject() ? "a section" : "'" + node.asText() + "'";
  }

  private static String text(Path file) {
    try (InputStream in = Files.newInputStream(file)) {
      byte[] bytes = in.readNBytes(MAX_BYTES + 1);
      if (bytes.length > MAX_BYTES) {
        throw new ConfigException("%s is larger than %d KiB".formatted(file, MAX_BYTES >> 10));
      }
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (NoSuchFileException e) {
      throw new ConfigException("there is no file " + file, e);
    } catch (CharacterCodingException e) {
      throw new ConfigException(file + " is not UTF-8 text", e);
    } catch (IOException e) {
      throw new ConfigException("%s cannot be read: %s".formatted(file, e.getMessage()), e);
    }
  }
}
