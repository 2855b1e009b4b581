package dev.winnow.engine.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.winnow.engine.technique.Parameters;
import dev.winnow.engine.technique.Techniques;
import java.lang.reflect.RecordComponent;
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
  private static final List<String> KEYS = List.of("metadata", "include", "techniques");

  /**
   * A technique's section.
   *
   * @param where file, line and key, for messages
   */
  record Section(String technique, ObjectNode given, String where) {}

  /** Reads a file. */
  static ConfigFile read(Path file, Techniques techniques) {
    return of(YamlFile.read(file, "a run config", KEYS), techniques);
  }

  /** Reads the text of a file that may not be one. */
  static ConfigFile read(Path file, String text, Techniques techniques) {
    return of(YamlFile.read(file, text, "a run config", KEYS), techniques);
  }

  private static ConfigFile of(YamlFile yaml, Techniques techniques) {
    ObjectNode root = yaml.root();
    if (!root.has("include") && !root.has("techniques")) {
      throw new ConfigException(
          "%s: techniques is missing; list them, or techniques: [] for dense execution"
              .formatted(yaml.file()));
    }
    return new ConfigFile(
        yaml.file(), yaml.metadata(), yaml.includes(), sections(yaml, techniques));
  }

  private static List<Section> sections(YamlFile yaml, Techniques techniques) {
    Path file = yaml.file();
    JsonNode list = yaml.root().get("techniques");
    List<Section> sections = new ArrayList<>();
    Set<String> names = new HashSet<>();
    if (list == null) {
      return sections;
    }
    if (!list.isArray()) {
      throw new ConfigException(
          "%s: techniques must be a list of sections '- technique: NAME', got %s"
              .formatted(file, YamlFile.kind(list)));
    }
    for (int i = 0; i < list.size(); i++) {
      String key = "techniques[%d]".formatted(i);
      if (!(list.get(i) instanceof ObjectNode section)) {
        throw new ConfigException(
            "%s: %s must be a section '- technique: NAME', got %s"
                .formatted(file, key, list.get(i)));
      }
      String where = yaml.where(section, key);
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
      resolveFiles(section, defaults, yaml, where);
      sections.add(new Section(name.textValue(), section, where));
    }
    return sections;
  }

  private static void resolveFiles(
      ObjectNode section, Record defaults, YamlFile yaml, String where) {
    for (RecordComponent component : defaults.getClass().getRecordComponents()) {
      String key = Parameters.key(component.getName());
      if (component.getType() == Path.class && section.path(key).isTextual()) {
        section.put(key, yaml.beside(section.get(key).textValue(), where + "." + key).toString());
      }
    }
  }
}
