package dev.winnow.bench.text;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;

/** Needle Threading's haystack: one JSON object of random UUIDs to random UUIDs. */
final class JsonPairs {
  /** A UUID has 36 characters, so no tokenizer needs more, quotation marks and blank included. */
  static final int UUID_TOKENS = 48;

  private JsonPairs() {}

  /** A key and its value. */
  record Pair(String key, String value) {
    static Pair random(RandomGenerator random) {
      return new Pair(Draws.uuid(random), Draws.uuid(random));
    }
  }

  /** {@code slots} random pairs, but those in {@code placed} at theirs. */
  static List<Pair> filled(RandomGenerator random, int slots, Map<Integer, Pair> placed) {
    List<Pair> pairs = new ArrayList<>();
    for (int slot = 0; slot < slots; slot++) {
      Pair other = Pair.random(random);
      pairs.add(placed.getOrDefault(slot, other));
    }
    return pairs;
  }

  /** The slot that is {@code depth} of the way from the first to the last where there is room. */
  static int slot(double depth, int slots, int taken) {
    return (int) Math.round(depth * (slots - taken));
  }

  static String context(List<Pair> pairs) {
    return pairs.stream()
        .map(pair -> "\"%s\": \"%s\"".formatted(pair.key(), pair.value()))
        .collect(Collectors.joining(",\n", "{", "}\n\n"));
  }

  static String quoted(List<String> keys) {
    return keys.stream().map("\"%s\""::formatted).collect(Collectors.joining(", "));
  }
}
