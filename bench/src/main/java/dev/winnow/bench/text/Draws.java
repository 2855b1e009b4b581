package dev.winnow.bench.text;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.random.RandomGenerator;

/** Random choices, each from a source of its own, so that one does not depend on the others. */
final class Draws {
  private static final long FNV_OFFSET = 0xcbf29ce484222325L;
  private static final long FNV_PRIME = 0x100000001b3L;

  private Draws() {}

  /** What {@code seed} gives for {@code key}: FNV-1a over the key, which starts at the seed. */
  static RandomGenerator of(long seed, String key) {
    long hash = FNV_OFFSET ^ new SplittableRandom(seed).nextLong();
    for (byte b : key.getBytes(StandardCharsets.UTF_8)) {
      hash = (hash ^ (b & 0xff)) * FNV_PRIME;
    }
    return new SplittableRandom(hash);
  }

  static <T> T pick(RandomGenerator random, List<T> from) {
    return from.get(random.nextInt(from.size()));
  }

  /** {@code count} different numbers in [0, bound), in the order drawn. */
  static List<Integer> distinct(RandomGenerator random, int count, int bound) {
    Set<Integer> seen = new HashSet<>();
    List<Integer> drawn = new ArrayList<>();
    while (drawn.size() < count) {
      int number = random.nextInt(bound);
      if (seen.add(number)) {
        drawn.add(number);
      }
    }
    return drawn;
  }

  /** A random UUID of version 4. */
  static String uuid(RandomGenerator random) {
    long high = (random.nextLong() & 0xffffffffffff0fffL) | 0x4000L;
    long low = (random.nextLong() & 0x3fffffffffffffffL) | 0x8000000000000000L;
    return new UUID(high, low).toString();
  }

  /** A whole number of {@code digits} digits that does not start with 0. */
  static String number(RandomGenerator random, int digits) {
    int least = (int) Math.pow(10, digits - 1);
    return Integer.toString(least + random.nextInt(9 * least));
  }

  /** An adjective and a noun joined by a hyphen. */
  static String compound(RandomGenerator random) {
    return pick(random, Words.ADJECTIVES) + "-" + pick(random, Words.NOUNS);
  }
}
