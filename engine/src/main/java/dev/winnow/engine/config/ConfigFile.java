package dev.winnow.engine.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.winnow.engine.technique.Parameters;
import dev.winnow.engine.technique.Techniques;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.RecordComponent;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * One file of a run config, its keys checked but its parameters not bound yet.
 *
 * @param includes files it builds on, resolved against its own folder
 * @param sections one for each technique, file parameters resolved against its folder
 */
record ConfigFile(
    Path file, RunConfig.Metadata metadata, List<Path> includes, List<Section> sections) {
  private static final int MAX_BYTES = 1 << 20;
  private static final List<String> KEYS = List.of("metadata", "include", "techniques");
  private static final List<String> METADATA_KEYS = List.of("version", "name", "description");

  /**
   * A technique's section.
   *
   * @param where file, line and key, for messages
   */
  record Section(String technique, ObjectNode given, String where) {}

  /** Reads a file. */
  static ConfigFile read(Path file, Techniques techniques) {
    return read(file, text(file), techniques);
  }

  /** Reads the text of a file that may not be one. */
  static ConfigFile read(Path file, String text, Techniques techniques) {
    YamlReader.Document document = YamlReader.read(file.toString(), text);
    if (!(document.root() instanceof ObjectNode root)) {
      throw new ConfigException(
          "%s: %s; a run config has the keys %s"
              .formatted(
                  file,
                  document.root() == null ? "empty" : "got " + kind(document.root()),
                  String.join(", ", KEYS)));
    }
    checkKeys(root, KEYS, file.toString());
    if (!root.has("include") && !root.has("techniques")) {
      throw new ConfigException(
          "%s: techniques is missing; list them, or techniques: [] for dense execution"
              .formatted(file));
    }
    return new ConfigFile(
        file, metadata(root, file), includes(root, file), sections(document, file, techniques));
  }

  private static RunConfig.Metadata metadata(ObjectNode root, Path file) {
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

  private static List<Path> includes(ObjectNode root, Path file) {
    JsonNode include = root.get("include");
    List<Path> files = new ArrayList<>();
    if (include == null) {
      return files;
    }
    for (JsonNode one : include.isArray() ? include : List.of(include)) {
      if (!one.isTextual()) {
        throw new ConfigException(
            "%s: include must be a file or a list of files, got %s".formatted(file, one));
      }
      files.add(beside(file, one.textValue(), file + ": include"));
    }
    return files;
  }

  private static List<Section> sections(
      YamlReader.Document document, Path file, Techniques techniques) {
    JsonNode list = document.root().get("techniques");
    List<Section> sections = new ArrayList<>();
    Set<String> names = new HashSet<>();
    if (list == null) {
      return sections;
    }
    if (!list.isArray()) {
      throw new ConfigException(
          "%s: techniques must be a list of sections '- technique: NAME', got %s"
              .formatted(file, kind(list)));
    }
    for (int i = 0; i < list.size(); i++) {
      String key = "techniques[%d]".formatted(i);
      if (!(list.get(i) instanceof ObjectNode section)) {
        throw new ConfigException(
            "%s: %s must be a section '- technique: NAME', got %s"
                .formatted(file, key, list.get(i)));
      }
      String where = "%s:%d: %s".formatted(file, document.lines().get(section), key);
      JsonNode name = section.remove("technique");
      if (name == null || !name.isTextual()) {
        throw new ConfigException(
            "%s.technique must be one of %s, got %s"
                .formatted(
                    where,
                    String.join(", ", techniques.summaries().keySet()),
                    name == null ? "nothing" : name));
      }
      if (!names.add(name.textValue())) {
        throw new ConfigException(
            "%s.technique: %s is listed twice; one section has all its parameters"
                .formatted(where, name.textValue()));
      }
      Record defaults = ConfigException.naming(() -> techniques.defaults(name.textValue(), where));
      resolveFiles(section, defaults, file, where);
      sections.add(new Section(name.textValue(), section, where));
    }
    return sections;
  }

  private static void resolveFiles(ObjectNode section, Record defaults, Path file, String where) {
    for (RecordComponent component : defaults.getClass().getRecordComponents()) {
      String key = Parameters.key(component.getName());
      if (component.getType() == Path.class && section.path(key).isTextual()) {
        section.put(key, beside(file, section.get(key).textValue(), where + "." + key).toString());
      }
    }
  }

  private static Path beside(Path file, String other, String where) {
    try {
      return file.resolveSibling(other).normalize();
    } catch (InvalidPathException e) {
      throw new ConfigException(
          "%s: '%s' is no file name: %s".formatted(where, other, e.getReason()), e);
    }
  }

  private static void checkKeys(ObjectNode section, List<String> allowed, String where) {
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

  private static String kind(JsonNode node) {
    return node.isArray() ? "a list" : node.isObject() ? "a section" : "'" + node.asText() + "'";
  }
}
