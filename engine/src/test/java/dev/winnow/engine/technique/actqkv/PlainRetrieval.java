package dev.winnow.engine.technique.actqkv;

import dev.winnow.engine.technique.Phase;
import dev.winnow.engine.technique.actqkv.Attention.Part;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * ActQKV and InfLLM as their description reads, in float64 loops over the rows of {@link
 * Attention}: tokens move from the remainder to the first tokens and to blocks, statistics are
 * taken anew over all queries so far, and each key is looked at for each query.
 */
final class PlainRetrieval {
  private static final int D = Attention.HEADS * Attention.DIM;

  private final ActQkvConfig config;
  private final Layer[] layers = new Layer[Attention.LAYERS];

  private static final class Layer {
    final List<double[]> farQueries = new ArrayList<>();
    final List<Integer> init = new ArrayList<>();
    final List<List<Integer>> blocks = new ArrayList<>();
    final List<double[]> representatives = new ArrayList<>();
    final List<Integer> remainder = new ArrayList<>();
    final List<double[]> scores = new ArrayList<>(); // by row: [HEADS]
    final List<Double> densities = new ArrayList<>();
    int length;
  }

  PlainRetrieval(ActQkvConfig config) {
    this.config = config;
    Arrays.setAll(layers, i -> new Layer());
  }

  double[][] step(int rows, Phase phase) {
    double[][] outputs = new double[layers.length][];
    double left = (double) config.averageBlocks(layers[0].length + rows) * layers.length;
    for (int i = 0; i < layers.length; i++) {
      Layer layer = layers[i];
      int first = layer.length;
      List<double[]> window = new ArrayList<>();
      for (int r = first; r < first + rows; r++) {
        double[] q = concatenated(i, r);
        window.add(q);
        layer.farQueries.add(q);
        layer.remainder.add(r);
        layer.scores.add(new double[Attention.HEADS]);
      }
      layer.length += rows;
      List<Integer> far = new ArrayList<>(layer.init);
      int average = config.averageBlocks(layer.length);
      if (!layer.blocks.isEmpty() && layer.length > config.window()) {
        double[] probe = probe(layer, window);
        double[] similar =
            layer.representatives.stream().mapToDouble(r -> similarity(probe, r)).toArray();
        int granted = average;
        if (config.allocation() == Allocation.ENTROPY) {
          if (similar.length > 1) {
            layer.densities.add(density(similar));
          }
          boolean full = Arrays.stream(layers).allMatch(l -> l.densities.size() >= 100);
          double wanted = left / (layers.length - i);
          if (phase == Phase.DECODE && full) {
            double all = 0;
            for (int j = i; j < layers.length; j++) {
              all += recent(layers[j].densities);
            }
            wanted = left * recent(layer.densities) / all;
          }
          double least = Math.rint(config.minShare() * average);
          double most = Math.rint(config.maxShare() * average);
          granted = (int) Math.min(most, Math.max(least, Math.rint(wanted)));
        }
        granted = Math.min(granted, similar.length);
        left -= granted;
        IntStream.range(0, similar.length)
            .boxed()
            .sorted(Comparator.comparingDouble(b -> -similar[b]))
            .limit(granted)
            .forEach(b -> far.addAll(layer.blocks.get(b)));
      }
      far.addAll(layer.remainder);
      outputs[i] = attend(layer, i, first, rows, far);
      moveOn(layer, i);
    }
    return outputs;
  }

  private static double recent(List<Double> densities) {
    return densities.subList(Math.max(0, densities.size() - 100), densities.size()).stream()
        .mapToDouble(Double::doubleValue)
        .average()
        .orElse(0);
  }

  private double[] probe(Layer layer, List<double[]> window) {
    List<double[]> known = config.statistics() == Statistics.LAYER ? layer.farQueries : window;
    double[] weights = new double[window.size()];
    double[] mean = new double[D];
    double[] variance = new double[D];
    for (int c = 0; c < D; c++) {
      int column = c;
      mean[c] = known.stream().mapToDouble(q -> q[column]).average().orElseThrow();
      variance[c] =
          known.stream().mapToDouble(q -> Math.pow(q[column] - mean[column], 2)).sum()
              / (known.size() - 1);
    }
    double floor = Arrays.stream(variance).average().orElseThrow() / 100;
    for (int j = 0; j < weights.length; j++) {
      for (int c = 0; c < D; c++) {
        weights[j] += Math.pow(window.get(j)[c] - mean[c], 2) / (variance[c] + floor);
      }
    }
    if (config.probe() == Probe.MEAN || window.size() == 1) {
      Arrays.fill(weights, 1);
    }
    double total = Arrays.stream(weights).sum();
    double[] probe = new double[D];
    for (int j = 0; j < weights.length; j++) {
      for (int c = 0; c < D; c++) {
        probe[c] += weights[j] / total * window.get(j)[c];
      }
    }
    return probe;
  }

  private double similarity(double[] probe, double[] representative) {
    double dot = 0;
    double a = 0;
    double b = 0;
    for (int c = 0; c < D; c++) {
      dot += probe[c] * representative[c];
      a += probe[c] * probe[c];
      b += representative[c] * representative[c];
    }
    return config.ranking() == Ranking.COSINE ? dot / Math.sqrt(a * b) : dot;
  }

  private double density(double[] scores) {
    double[] weights = Arrays.stream(scores).map(s -> Math.exp(s / config.temperature())).toArray();
    double total = Arrays.stream(weights).sum();
    return -Arrays.stream(weights).map(w -> w / total * Math.log(w / total)).sum()
        / Math.log(scores.length);
  }

  private double[] attend(Layer layer, int index, int first, int rows, List<Integer> far) {
    double[] output = new double[rows * D];
    for (int row = first; row < first + rows; row++) {
      for (int head = 0; head < Attention.HEADS; head++) {
        int kvHead = head / (Attention.HEADS / Attention.KV_HEADS);
        List<Integer> keys = new ArrayList<>();
        List<Double> weights = new ArrayList<>();
        for (int key = 0; key <= row; key++) {
          boolean local = row - key < config.window();
          if (local || far.contains(key)) {
            boolean own = local || config.farPositions() == FarPositions.EXACT;
            double[] q = head(Part.QUERIES, index, row, head, own ? row : config.window() - 1);
            double[] k = head(Part.KEYS, index, key, kvHead, own ? key : 0);
            double dot = 0;
            for (int d = 0; d < Attention.DIM; d++) {
              dot += q[d] * k[d];
            }
            keys.add(key);
            weights.add(Math.exp(dot / Math.sqrt(Attention.DIM)));
          }
        }
        double total = weights.stream().mapToDouble(Double::doubleValue).sum();
        for (int i = 0; i < keys.size(); i++) {
          double weight = weights.get(i) / total;
          double[] v = head(Part.VALUES, index, keys.get(i), kvHead, 0);
          for (int d = 0; d < Attention.DIM; d++) {
            output[(row - first) * D + head * Attention.DIM + d] += weight * v[d];
          }
          if (row - keys.get(i) < config.window()) {
            layer.scores.get(keys.get(i))[head] += weight;
          }
        }
      }
    }
    return output;
  }

  private void moveOn(Layer layer, int index) {
    while (layer.init.size() < config.init() && layer.remainder.size() > config.window()) {
      layer.init.add(layer.remainder.remove(0));
    }
    while (layer.remainder.size() - config.blockSize() >= config.window()) {
      List<Integer> block = new ArrayList<>(layer.remainder.subList(0, config.blockSize()));
      layer.remainder.subList(0, config.blockSize()).clear();
      layer.blocks.add(block);
      double[] representative = new double[D];
      for (int head = 0; head < Attention.HEADS; head++) {
        int h = head;
        List<Integer> best =
            block.stream()
                .sorted(Comparator.comparingDouble(row -> -layer.scores.get(row)[h]))
                .limit(config.repr())
                .toList();
        for (int row : best) {
          double[] k = head(Part.KEYS, index, row, head / 2, 0);
          for (int d = 0; d < Attention.DIM; d++) {
            representative[head * Attention.DIM + d] += k[d] / config.repr();
          }
        }
      }
      layer.representatives.add(representative);
    }
  }

  private double[] concatenated(int layer, int row) {
    double[] all = new double[D];
    for (int head = 0; head < Attention.HEADS; head++) {
      double[] q = head(Part.QUERIES, layer, row, head, config.window() - 1);
      System.arraycopy(q, 0, all, head * Attention.DIM, Attention.DIM);
    }
    return all;
  }

  private static double[] head(Part part, int layer, int row, int head, int position) {
    float[] all = Attention.row(part, 0, layer, row);
    double[] x = new double[Attention.DIM];
    int half = Attention.DIM / 2;
    for (int i = 0; i < half; i++) {
      double angle = position * Math.pow(Attention.THETA, -2.0 * i / Attention.DIM);
      double a = all[head * Attention.DIM + i];
      double b = all[head * Attention.DIM + i + half];
      x[i] = a * Math.cos(angle) - b * Math.sin(angle);
      x[i + half] = b * Math.cos(angle) + a * Math.sin(angle);
    }
    return x;
  }
}
