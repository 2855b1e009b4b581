package dev.winnow.bench.text;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/** Sentences hidden among others. */
final class Haystack {
  private static final List<String> NOISE =
      List.of(
          "The grass is green.",
          "The sky is blue.",
          "The sun is yellow.",
          "Here we go.",
          "There and back again.");

  private Haystack() {}

  /**
   * A text to hide.
   *
   * @param depth the share of the filler's characters that comes before it, in [0, 1]
   */
  record Needle(double depth, String text) {}

  /** {@code count} sentences of the noise that passkeys are hidden in. */
  static List<String> noise(int count) {
    return IntStream.range(0, count).mapToObj(i -> NOISE.get(i % NOISE.size())).toList();
  }

  /** {@code count} lines, each of all five sentences of the noise. */
  static List<String> noiseLines(int count) {
    return Collections.nCopies(count, String.join(" ", NOISE));
  }

  /** {@code filler} with each needle at the end of a sentence that is nearest to its depth. */
  static List<String> with(List<String> filler, List<Needle> needles) {
    List<Needle> sorted =
        needles.stream().sorted(Comparator.comparingDouble(Needle::depth)).toList();
    double length = filler.stream().mapToInt(String::length).sum();
    List<String> all = new ArrayList<>();
    int next = 0;
    int before = 0;
    for (String sentence : filler) {
      double middle = before + sentence.length() / 2.0;
      while (next < sorted.size() && sorted.get(next).depth() * length < middle) {
        all.add(sorted.get(next++).text());
      }
      all.add(sentence);
      before += sentence.length();
    }
    sorted.subList(next, sorted.size()).forEach(needle -> all.add(needle.text()));
    return all;
  }
}
