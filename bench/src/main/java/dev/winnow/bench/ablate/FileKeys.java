package dev.winnow.bench.ablate;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.winnow.engine.config.ConfigException;
import dev.winnow.engine.technique.Parameters;
import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** Keys of a section that name files. */
final class FileKeys {
  private FileKeys() {}

  /** Those of a section that is bound to the record of {@code defaults}. */
  static List<String> of(Record defaults) {
    return Arrays.stream(defaults.getClass().getRecordComponents())
        .filter(component -> component.getType() == Path.class)
        .map(RecordComponent::getName)
        .map(Parameters::key)
        .toList();
  }

  /** Puts the path that {@code resolver} makes of each file, or of each in a list, in its place. */
  static void resolve(ObjectNode section, Record defaults, Function<String, Path> resolver) {
    for (String key : of(defaults)) {
      JsonNode value = section.path(key);
      if (value.isTextual()) {
        section.put(key, absolute(value.textValue(), resolver));
      } else if (value.isArray()) {
        ArrayNode files = section.putArray(key);
        for (JsonNode one : value) {
          if (one.isTextual()) {
            files.add(absolute(one.textValue(), resolver));
          } else {
            files.add(one);
          }
        }
      }
    }
  }

  private static String absolute(String file, Function<String, Path> resolver) {
    return resolver.apply(file).toAbsolutePath().normalize().toString();
  }

  /**
   * Adds the digest of each file that {@code section} names.
   *
   * @throws ConfigException naming place and key of a file that cannot be read
   */
  static void digest(
      ObjectNode section, Record defaults, String where, Map<String, String> digests) {
    for (String key : of(defaults)) {
      if (section.path(key).isTextual()) {
        String file = section.get(key).textValue();
        try {
          if (!digests.containsKey(file)) {
            digests.put(file, RunId.digest(Path.of(file)));
          }
        } catch (NoSuchFileException e) {
          throw new ConfigException("%s.%s: there is no file %s".formatted(where, key, file), e);
        } catch (IOException e) {
          throw new ConfigException(
              "%s.%s: %s cannot be read: %s".formatted(where, key, file, e.getMessage()), e);
        }
      }
    }
  }
}
