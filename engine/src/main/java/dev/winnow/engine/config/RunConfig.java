package dev.winnow.engine.config;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.winnow.engine.technique.Parameters;
import dev.winnow.engine.technique.Technique;
import dev.winnow.engine.technique.Techniques;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * What to run beside the model: techniques with their parameters, from YAML.
 *
 * <pre>{@code
 * metadata:
 *   version: 1
 *   name: token-select-small
 *   description: TokenSelect with a small budget.
 * include: token-select.yaml
 * techniques:
 *   - technique: token_select
 *     token_budget: 256
 * }</pre>
 *
 * <p>{@code include} names one file or a list of them, relative to the file it stands in. Where
 * several files name a technique, their keys are taken together and the later file's win. A
 * parameter that is a file is relative to the YAML it stands in.
 *
 * @param metadata of the file, or of all files joined
 * @param configured the techniques in the order they were first named; none for dense execution
 */
public record RunConfig(Metadata metadata, List<ConfiguredTechnique> configured) {
  /** The version of the format. */
  public static final int VERSION = 1;

  /** Copies the list. */
  public RunConfig {
    configured = List.copyOf(configured);
  }

  /**
   * What a config says of itself.
   *
   * @param version of the format: {@value #VERSION}
   * @param name for reports, default the file's name
   * @param description one sentence, may be empty
   */
  public record Metadata(int version, String name, String description) {}

  /** No techniques: exact dense execution. */
  public static RunConfig dense() {
    return new RunConfig(new Metadata(VERSION, "dense", ""), List.of());
  }

  /**
   * Reads a file and all that it includes.
   *
   * @throws ConfigException naming file, line and key, what was got and what is allowed
   */
  public static RunConfig load(Path file) {
    return load(List.of(file), List.of());
  }

  /**
   * Reads several files as if one included them in that order, then overrides parameters.
   *
   * @param settings {@code key=value} for the only technique that has the key, or {@code
   *     technique.key=value}; values as in YAML, files relative to the working directory
   * @throws ConfigException as {@link #load(Path)}
   */
  public static RunConfig load(List<Path> files, List<String> settings) {
    Loader loader = new Loader();
    List<Metadata> metadata = new ArrayList<>();
    for (Path file : files) {
      metadata.add(loader.add(file).metadata());
    }
    return loader.bind(join(metadata), settings);
  }

  /**
   * Reads a config that is not a file, such as a resource; it includes nothing beside it.
   *
   * @param name for messages
   * @throws ConfigException as {@link #load(Path)}
   */
  public static RunConfig parse(String name, String yaml) {
    Loader loader = new Loader();
    ConfigFile file = ConfigFile.read(Path.of(name), yaml, loader.techniques);
    if (!file.includes().isEmpty()) {
      throw new ConfigException(name + ": include works between files only");
    }
    loader.add(file);
    return loader.bind(file.metadata(), List.of());
  }

  private static Metadata join(List<Metadata> parts) {
    return parts.size() == 1
        ? parts.getFirst()
        : new Metadata(
            VERSION,
            parts.stream().map(Metadata::name).collect(Collectors.joining("+")),
            parts.stream()
                .map(Metadata::description)
                .filter(description -> !description.isEmpty())
                .collect(Collectors.joining(" ")));
  }

  /** The techniques, as options of a model or of a session take them. */
  public List<Technique> techniques() {
    return configured.stream().map(ConfiguredTechnique::technique).toList();
  }

  /** Brings files together: included ones first, so that what includes them wins. */
  private static final class Loader {
    private final Techniques techniques = Techniques.load();
    private final Map<String, ObjectNode> given = new LinkedHashMap<>();
    private final Map<String, String> places = new HashMap<>();
    private final IncludeChain chain = new IncludeChain();

    ConfigFile add(Path path) {
      chain.check(path);
      ConfigFile file = ConfigFile.read(path, techniques);
      chain.within(path, () -> file.includes().forEach(this::add));
      add(file);
      return file;
    }

    void add(ConfigFile file) {
      for (ConfigFile.Section section : file.sections()) {
        ObjectNode known = given.putIfAbsent(section.technique(), section.given());
        if (known != null) {
          known.setAll(section.given());
        }
        places.merge(section.technique(), section.where(), (a, b) -> b + " (over " + a + ")");
      }
    }

    RunConfig bind(Metadata metadata, List<String> settings) {
      Map<String, Record> defaults = new HashMap<>();
      given.forEach(
          (name, unused) -> defaults.put(name, techniques.defaults(name, places.get(name))));
      for (String text : settings) {
        String technique = Setting.parse(text).apply(defaults, given);
        places.merge(technique, "", (a, b) -> a + " with set " + text);
      }
      List<ConfiguredTechnique> configured = new ArrayList<>();
      given.forEach(
          (name, parameters) -> {
            String where = places.get(name);
            ObjectNode all =
                ConfigException.naming(
                    () ->
                        Parameters.toJson(Parameters.bind(parameters, defaults.get(name), where)));
            Technique technique =
                ConfigException.naming(() -> techniques.create(name, parameters, where));
            configured.add(new ConfiguredTechnique(name, all, technique));
          });
      return new RunConfig(metadata, configured);
    }
  }
}
