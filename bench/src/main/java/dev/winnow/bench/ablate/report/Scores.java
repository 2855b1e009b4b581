package dev.winnow.bench.ablate.report;

import dev.winnow.bench.ablate.RunRecord;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;

/** Scores of a variant on a task by seed and item, or their differences to those of another. */
final class Scores {
  private final SortedMap<Long, Map<String, Double>> bySeed;
  private final int notFinite;

  private Scores(SortedMap<Long, Map<String, Double>> bySeed, int notFinite) {
    this.bySeed = bySeed;
    this.notFinite = notFinite;
  }

  /** Of all items. */
  static Scores of(List<RunRecord> runs) {
    return of(runs, item -> true);
  }

  /** Of the items that pass; an item that comes more than once counts with its mean. */
  static Scores of(List<RunRecord> runs, Predicate<RunRecord.Item> filter) {
    SortedMap<Long, Map<String, Double>> bySeed = new TreeMap<>();
    int notFinite = 0;
    for (RunRecord run : runs) {
      List<RunRecord.Item> items = run.items().stream().filter(filter).toList();
      List<RunRecord.Item> finite =
          items.stream().filter(item -> Double.isFinite(item.score())).toList();
      notFinite += items.size() - finite.size();
      Map<String, Double> means =
          finite.stream()
              .collect(
                  Collectors.groupingBy(
                      RunRecord.Item::key,
                      LinkedHashMap::new,
                      Collectors.averagingDouble(RunRecord.Item::score)));
      if (!means.isEmpty()) {
        bySeed.put(run.seed(), means);
      }
    }
    return new Scores(bySeed, notFinite);
  }

  /** This less {@code other}, item by item, where both have the item. */
  Scores minus(Scores other) {
    SortedMap<Long, Map<String, Double>> differences = new TreeMap<>();
    bySeed.forEach(
        (seed, scores) -> {
          Map<String, Double> base = other.bySeed.getOrDefault(seed, Map.of());
          Map<String, Double> pairs = new LinkedHashMap<>();
          scores.forEach(
              (key, score) -> {
                if (base.containsKey(key)) {
                  pairs.put(key, score - base.get(key));
                }
              });
          if (!pairs.isEmpty()) {
            differences.put(seed, pairs);
          }
        });
    return new Scores(differences, 0);
  }

  /**
   * {@code [seeds][items]}. A seed that repeats another to the last digit is left out: it adds no
   * evidence, as when a text is the same from every seed.
   */
  double[][] clusters() {
    List<Map<String, Double>> distinct = new ArrayList<>();
    for (Map<String, Double> scores : bySeed.values()) {
      if (!(distinct.contains(scores) && isTelling(scores))) {
        distinct.add(scores);
      }
    }
    return distinct.stream()
        .map(scores -> scores.values().stream().mapToDouble(Double::doubleValue).toArray())
        .toArray(double[][]::new);
  }

  /** All elements of {@link #clusters}. */
  double[] pooled() {
    return Arrays.stream(clusters()).flatMapToDouble(DoubleStream::of).toArray();
  }

  boolean isEmpty() {
    return bySeed.isEmpty();
  }

  /** Seeds that have scores. */
  int seeds() {
    return bySeed.size();
  }

  /** Items that have no finite score and are left out. */
  int notFinite() {
    return notFinite;
  }

  /** Whether every score is 0 or 1. */
  boolean isBinary() {
    return bySeed.values().stream()
        .flatMap(scores -> scores.values().stream())
        .allMatch(score -> score == 0 || score == 1);
  }

  /** Whether equal scores cannot be by chance, as those of a few right answers can. */
  private static boolean isTelling(Map<String, Double> scores) {
    return scores.values().stream().distinct().count() >= 3
        && scores.values().stream().anyMatch(score -> score != Math.rint(score));
  }
}
