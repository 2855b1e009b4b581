package dev.winnow.bench.ablate.report;

import dev.winnow.bench.ablate.RunRecord;
import dev.winnow.bench.ablate.RunRecord.Cost;
import dev.winnow.bench.grid.Statistics;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.DoubleStream;

/**
 * Medians of what answers took.
 *
 * @param milliseconds median over answers and seeds
 * @param toDense median of the ratios of the same answers; if answers do not correspond one to one,
 *     the ratio of medians over the seeds that both have
 * @param paired whether {@code toDense} is in pairs
 */
record Latency(Interval milliseconds, Interval toDense, boolean paired) {

  /** Nothing was measured. */
  static final Latency NONE = new Latency(Interval.NONE, Interval.NONE, false);

  /** Of the samples that {@code samples} takes from each run. */
  static Latency of(
      List<RunRecord> variant, List<RunRecord> dense, Function<Cost, List<Double>> samples) {
    SortedMap<Long, double[]> ours = bySeed(variant, samples);
    SortedMap<Long, double[]> theirs = bySeed(dense, samples);
    if (ours.isEmpty()) {
      return NONE;
    }
    Interval median = median(ours.values().toArray(double[][]::new));
    List<Long> shared = ours.keySet().stream().filter(theirs::containsKey).toList();
    if (shared.isEmpty()) {
      return new Latency(median, Interval.NONE, false);
    }
    double[][] above = shared.stream().map(ours::get).toArray(double[][]::new);
    double[][] below = shared.stream().map(theirs::get).toArray(double[][]::new);
    boolean paired =
        shared.stream().allMatch(seed -> ours.get(seed).length == theirs.get(seed).length);
    return new Latency(median, paired ? pairedRatio(above, below) : ratio(above, below), paired);
  }

  private static SortedMap<Long, double[]> bySeed(
      List<RunRecord> runs, Function<Cost, List<Double>> samples) {
    SortedMap<Long, double[]> bySeed = new TreeMap<>();
    for (RunRecord run : runs) {
      double[] positive =
          run.cost().map(samples).orElse(List.of()).stream()
              .mapToDouble(Double::doubleValue)
              .filter(ms -> ms > 0 && Double.isFinite(ms))
              .toArray();
      if (positive.length > 0) {
        bySeed.put(run.seed(), positive);
      }
    }
    return bySeed;
  }

  private static Interval pairedRatio(double[][] above, double[][] below) {
    List<double[]> ratios = new ArrayList<>();
    for (int seed = 0; seed < above.length; seed++) {
      double[] ratio = new double[above[seed].length];
      for (int i = 0; i < ratio.length; i++) {
        ratio[i] = above[seed][i] / below[seed][i];
      }
      ratios.add(ratio);
    }
    return median(ratios.toArray(double[][]::new));
  }

  private static Interval ratio(double[][] above, double[][] below) {
    return Interval.of(
        median(above).value() / median(below).value(), Bootstrap.medianRatios(above, below));
  }

  private static Interval median(double[][] clusters) {
    double[] all = Arrays.stream(clusters).flatMapToDouble(DoubleStream::of).toArray();
    return Interval.of(Statistics.of(all).median(), Bootstrap.medians(clusters));
  }
}
