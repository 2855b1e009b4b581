package dev.winnow.bench.ablate.report;

import dev.winnow.bench.ablate.RunRecord;
import dev.winnow.bench.ablate.RunRecord.Better;
import dev.winnow.bench.ablate.RunRecord.Cost;
import dev.winnow.bench.ablate.RunRecord.Item;
import dev.winnow.bench.ablate.RunRecord.LayerRecall;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * Runs as an ablation writes them, drawn from a seed: dense and seven variants on needles with a
 * depth and a length and on the NLL of a text, from three seeds; one is masked, one fails once, one
 * is diagnosed.
 */
final class SampleRuns {
  private static final int[] LENGTHS = {512, 1024, 2048, 4096};
  private static final double[] DEPTHS = {0, 0.25, 0.5, 0.75, 1};

  private SampleRuns() {}

  /** What a variant of the sample costs and loses. */
  private record Variant(
      String label,
      String technique,
      Map<String, Object> axes,
      double loss,
      double kv,
      double time,
      boolean masked) {}

  private static final List<Variant> VARIANTS =
      List.of(
          new Variant("dense", "dense", Map.of(), 0, 1, 1, false),
          new Variant("fasa 64", "fasa", Map.of("token_budget", 64), 0.35, 0.08, 0.62, false),
          new Variant("fasa 256", "fasa", Map.of("token_budget", 256), 0.08, 0.2, 0.8, false),
          new Variant("fasa 1024", "fasa", Map.of("token_budget", 1024), 0.005, 0.5, 1.12, false),
          new Variant(
              "token_select 64", "token_select", Map.of("token_budget", 64), 0.2, 0.3, 0.9, false),
          new Variant(
              "token_select 256",
              "token_select",
              Map.of("token_budget", 256),
              0.02,
              0.42,
              1,
              false),
          new Variant("h2o 256", "h2o", Map.of("token_budget", 256), 0.5, 0.12, 0.7, false),
          new Variant("act_qkv", "act_qkv", Map.of(), 0.12, 1, 1.3, true));

  static List<RunRecord> all() {
    List<RunRecord> runs = new ArrayList<>();
    for (long seed = 1; seed <= 3; seed++) {
      for (Variant variant : VARIANTS) {
        runs.add(
            run(variant, "needle", "exact_match", Better.HIGHER, seed, needles(variant, seed)));
        runs.add(run(variant, "ppl", "nll", Better.LOWER, seed, tokens(variant, seed)));
      }
    }
    return runs;
  }

  private static RunRecord run(
      Variant variant, String task, String metric, Better better, long seed, List<Item> items) {
    boolean fails = variant.label().equals("h2o 256") && seed == 2 && task.equals("needle");
    return new RunRecord(
        "%s-%s-%d".formatted(variant.label().replace(' ', '-'), task, seed),
        "sample",
        "reference:recall",
        "f32/f16",
        variant.label(),
        variant.technique(),
        variant.axes(),
        task,
        seed,
        metric,
        better,
        fails ? List.of() : items,
        fails ? Optional.empty() : Optional.of(cost(variant, seed, items.size())),
        layers(variant, task, seed),
        fails
            ? Optional.of(
                "h2o.yaml: token_budget must be at most the window of 4096 tokens, got 8192")
            : Optional.empty(),
        Map.of("cpu", "Example CPU, 8 cores"),
        Instant.EPOCH.plusSeconds(60 * seed),
        20_000 * variant.time() + 100 * seed);
  }

  private static List<Item> needles(Variant variant, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    SplittableRandom own = new SplittableRandom(variant.label().hashCode() * 17L + seed);
    List<Item> items = new ArrayList<>();
    for (int length : LENGTHS) {
      for (double depth : DEPTHS) {
        for (int i = 0; i < 3; i++) {
          double threshold = random.nextDouble();
          double hard = length / 4096.0 * (1 - Math.abs(2 * depth - 1) / 2);
          double right = 0.98 - 0.06 * hard - 1.6 * variant.loss() * hard;
          items.add(
              new Item(
                  "%d/%s/%d".formatted(length, depth, i),
                  Map.of("length", (double) length, "depth", depth),
                  threshold + 0.3 * variant.loss() * own.nextDouble(-1, 1) < right ? 1 : 0));
        }
      }
    }
    return items;
  }

  private static List<Item> tokens(Variant variant, long seed) {
    SplittableRandom random = new SplittableRandom(100 + seed);
    SplittableRandom own = new SplittableRandom(variant.label().hashCode() + seed);
    List<Item> items = new ArrayList<>();
    for (int i = 0; i < 64; i++) {
      double nll = 2.2 + 1.1 * random.nextDouble(-1, 1);
      double change = variant.loss() * 0.8 + 0.05 * variant.loss() * own.nextDouble(-1, 1);
      items.add(new Item(String.valueOf(i), Map.of("position", 3584.0 + 8 * i), nll + change));
    }
    return items;
  }

  private static Cost cost(Variant variant, long seed, int answers) {
    SplittableRandom random = new SplittableRandom(variant.label().hashCode() * 31L + seed);
    List<Double> ttft = new ArrayList<>();
    List<Double> tpot = new ArrayList<>();
    for (int i = 0; i < answers; i++) {
      ttft.add((180 + i % 4 * 60) * (1 + 0.04 * random.nextDouble(-1, 1)));
      tpot.add(21 * variant.time() * (1 + 0.06 * random.nextDouble(-1, 1)));
    }
    double denseFlops = 4.2e12 + seed;
    double denseKv = 6.4e9 + 1024 * seed;
    return new Cost(
        Math.rint(denseFlops * (0.75 + 0.25 * variant.kv())),
        denseFlops,
        Math.rint(denseKv * variant.kv()),
        denseKv,
        5.0e7,
        ttft,
        tpot,
        variant.masked());
  }

  private static List<LayerRecall> layers(Variant variant, String task, long seed) {
    if (!variant.label().equals("fasa 256") || !task.equals("needle")) {
      return List.of();
    }
    SplittableRandom random = new SplittableRandom(7 * seed);
    List<LayerRecall> layers = new ArrayList<>();
    for (int layer = 0; layer < 8; layer++) {
      List<Double> heads = new ArrayList<>();
      for (int head = 0; head < 6; head++) {
        heads.add(layer == 0 ? Double.NaN : 0.6 + 0.4 * random.nextDouble());
      }
      layers.add(new LayerRecall(layer, heads));
    }
    return layers;
  }
}
