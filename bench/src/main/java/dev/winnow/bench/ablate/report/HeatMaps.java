package dev.winnow.bench.ablate.report;

import dev.winnow.bench.ablate.RunRecord;
import dev.winnow.bench.ablate.RunRecord.LayerRecall;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/** Heat maps of a task: scores by depth and length, and the recall of layers and heads. */
final class HeatMaps {
  private static final String LENGTH = "length";
  private static final String DEPTH = "depth";

  private HeatMaps() {}

  /** Mean scores by length and depth for each variant, in the same colours; none without both. */
  static List<HeatMap> byDepthAndLength(TaskResult task, FileNames names) {
    Places lengths = Places.of(task, LENGTH);
    Places depths = Places.of(task, DEPTH);
    if (lengths.size() == 0 || depths.size() == 0 || lengths.size() * depths.size() < 2) {
      return List.of();
    }
    List<double[][]> values =
        task.variants().stream().map(variant -> scores(variant, lengths, depths)).toList();
    double[] all =
        values.stream()
            .flatMap(Arrays::stream)
            .flatMapToDouble(DoubleStream::of)
            .filter(Double::isFinite)
            .sorted()
            .toArray();
    if (all.length == 0) {
      return List.of();
    }
    boolean share = all[0] >= 0 && all[all.length - 1] <= 1;
    List<HeatMap> maps = new ArrayList<>();
    for (int i = 0; i < values.size(); i++) {
      String variant = task.variants().get(i).variant();
      maps.add(
          new HeatMap(
              variant,
              names.png("depth", task, variant),
              "length, tokens",
              lengths.labels(),
              DEPTH,
              depths.labels(),
              values.get(i),
              share ? 0 : all[0],
              share ? 1 : all[all.length - 1],
              task.higherIsBetter(),
              "no items"));
    }
    maps.removeIf(HeatMap::isEmpty);
    return maps;
  }

  /** The share of dense attention that each head kept, for variants that were diagnosed. */
  static List<HeatMap> recall(TaskResult task, FileNames names) {
    return task.variants().stream()
        .filter(variant -> variant.runs().stream().anyMatch(run -> !run.layers().isEmpty()))
        .map(variant -> recall(task, variant, names))
        .filter(map -> !map.isEmpty())
        .toList();
  }

  private static double[][] scores(VariantResult variant, Places lengths, Places depths) {
    double[][] means = new double[depths.size()][lengths.size()];
    for (int depth = 0; depth < depths.size(); depth++) {
      for (int length = 0; length < lengths.size(); length++) {
        int row = depth;
        int column = length;
        means[row][column] =
            variant.runs().stream()
                .flatMap(run -> run.items().stream())
                .filter(item -> depths.indexOf(item) == row && lengths.indexOf(item) == column)
                .mapToDouble(RunRecord.Item::score)
                .filter(Double::isFinite)
                .average()
                .orElse(Double.NaN);
      }
    }
    return means;
  }

  private static HeatMap recall(TaskResult task, VariantResult variant, FileNames names) {
    List<LayerRecall> all = variant.runs().stream().flatMap(run -> run.layers().stream()).toList();
    int[] layers = all.stream().mapToInt(LayerRecall::layer).distinct().sorted().toArray();
    int heads = all.stream().mapToInt(layer -> layer.heads().size()).max().orElse(0);
    double[][] values = new double[layers.length][heads];
    for (int row = 0; row < layers.length; row++) {
      int layer = layers[row];
      for (int column = 0; column < heads; column++) {
        int head = column;
        values[row][column] =
            all.stream()
                .filter(recall -> recall.layer() == layer && head < recall.heads().size())
                .mapToDouble(recall -> recall.heads().get(head))
                .filter(Double::isFinite)
                .average()
                .orElse(Double.NaN);
      }
    }
    return new HeatMap(
        variant.variant(),
        names.png("recall", task, variant.variant()),
        "query head",
        IntStream.range(0, heads).mapToObj(String::valueOf).toList(),
        "layer",
        Arrays.stream(layers).mapToObj(String::valueOf).toList(),
        values,
        0,
        1,
        true,
        "always dense");
  }
}
