package dev.winnow.engine.technique;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.TreeMap;

/** The techniques on the class path, by name. */
public final class Techniques {
  private final Map<String, TechniqueProvider> providers = new TreeMap<>();

  private Techniques(Iterable<TechniqueProvider> found) {
    for (TechniqueProvider provider : found) {
      TechniqueProvider other = providers.putIfAbsent(provider.name(), provider);
      if (other != null) {
        throw new IllegalStateException(
            "technique %s is registered twice: %s and %s"
                .formatted(
                    provider.name(), other.getClass().getName(), provider.getClass().getName()));
      }
    }
  }

  /** Everything registered as a service. */
  public static Techniques load() {
    return new Techniques(ServiceLoader.load(TechniqueProvider.class));
  }

  /** Names with a sentence each, in alphabetical order. */
  public Map<String, String> summaries() {
    Map<String, String> summaries = new TreeMap<>();
    providers.forEach((name, provider) -> summaries.put(name, provider.summary()));
    return summaries;
  }

  /**
   * The parameters of technique {@code name} with their defaults.
   *
   * @param where file and key of the name, for messages
   * @throws IllegalArgumentException if there is none of that name, listing those there are
   */
  public Record defaults(String name, String where) {
    return provider(name, where).defaults();
  }

  /**
   * The technique called {@code name} with {@code parameters}.
   *
   * @param where file and key of the section, for messages
   * @throws IllegalArgumentException if there is none of that name, listing those there are
   */
  public Technique create(String name, ObjectNode parameters, String where) {
    return provider(name, where).create(parameters, where);
  }

  private TechniqueProvider provider(String name, String where) {
    TechniqueProvider provider = providers.get(name);
    if (provider == null) {
      throw new IllegalArgumentException(
          "%s: technique must be one of %s, got '%s'"
              .formatted(where, String.join(", ", providers.keySet()), name));
    }
    return provider;
  }
}
