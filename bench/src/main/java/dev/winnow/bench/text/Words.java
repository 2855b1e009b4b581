package dev.winnow.bench.text;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** The suites' own English words. */
final class Words {
  static final List<String> ADJECTIVES = words("adjectives.txt");
  static final List<String> NOUNS = words("nouns.txt");

  /** In the past tense, with an object. */
  static final List<String> VERBS = words("verbs.txt");

  /** Names of towns that do not exist. */
  static final List<String> PLACES = words("places.txt");

  /** What can be done in a town, as after "to". */
  static final List<String> PASTIMES = resource("pastimes.txt").lines().toList();

  private Words() {}

  private static List<String> words(String name) {
    return List.of(resource(name).strip().split("\\s+"));
  }

  private static String resource(String name) {
    try (InputStream in = Words.class.getResourceAsStream(name)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
