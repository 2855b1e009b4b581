package dev.winnow.engine.technique.tokenselect;

import dev.winnow.engine.technique.tokenselect.TokenSelectConfig.KvMap;
import dev.winnow.engine.technique.tokenselect.TokenSelectConfig.Lists;
import dev.winnow.engine.technique.tokenselect.TokenSelectConfig.Positions;
import dev.winnow.engine.technique.tokenselect.TokenSelectConfig.Vote;
import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/** TokenSelect as its definition reads, in float64, one number at a time. */
final class ReferenceTokenSelect {
  private final SyntheticLayer layer;
  private final TokenSelectConfig config;

  ReferenceTokenSelect(SyntheticLayer layer, TokenSelectConfig config) {
    this.layer = layer;
    this.config = config;
  }

  /** Rows that tokens {@code [length - rows, length)} read: one list, or one per KV head. */
  int[][] lists(int length, int rows) {
    int first = layer.slidingWindow == 0 ? 0 : Math.max(0, length - rows - layer.slidingWindow + 1);
    int sinks = first == 0 ? config.sinks() : 0;
    int from = first + sinks;
    int to = length - config.window();
    int seats = (int) config.tokenBudget().value() - sinks - config.window();
    double[][] scores = scores(length, rows, from, to);
    int groups = config.lists() == Lists.PER_LAYER ? 1 : layer.kvHeads;
    int[][] lists = new int[groups][];
    for (int g = 0; g < groups; g++) {
      int share = layer.heads / groups;
      double[] votes = votes(Arrays.copyOfRange(scores, g * share, (g + 1) * share), seats);
      int[] top = top(pooled(votes), seats);
      lists[g] =
          IntStream.concat(
                  IntStream.concat(
                      IntStream.range(0, sinks), Arrays.stream(top).map(i -> i + from)),
                  IntStream.range(to, length))
              .toArray();
    }
    return lists;
  }

  private double[][] scores(int length, int rows, int from, int to) {
    boolean compact = config.positions() == Positions.COMPACT;
    double[][] scores = new double[layer.heads][to - from];
    for (int h = 0; h < layer.heads; h++) {
      double[] mean = new double[layer.headDim];
      for (int j = 0; j < rows; j++) {
        int token = length - rows + j;
        double[] q = rotated(layer.queries[token], h, compact ? config.window() + j : token);
        for (int d = 0; d < mean.length; d++) {
          mean[d] += q[d] / rows;
        }
      }
      int kvHead =
          config.kvMap() == KvMap.PUBLISHED ? h % layer.kvHeads : h / (layer.heads / layer.kvHeads);
      for (int t = from; t < to; t++) {
        scores[h][t - from] = dot(mean, rotated(layer.keys[t], kvHead, compact ? 0 : t));
      }
    }
    return scores;
  }

  private double[] votes(double[][] scores, int seats) {
    double[] votes = new double[scores[0].length];
    for (double[] head : scores) {
      if (config.vote() == Vote.HARD) {
        for (int i : top(head, seats)) {
          votes[i]++;
        }
        continue;
      }
      double max = Arrays.stream(head).max().orElseThrow();
      double sum = Arrays.stream(head).map(s -> Math.exp(s - max)).sum();
      for (int i = 0; i < votes.length; i++) {
        votes[i] += config.vote() == Vote.RAW ? head[i] : Math.exp(head[i] - max) / sum;
      }
    }
    return votes;
  }

  private double[] pooled(double[] votes) {
    int reach = config.pool() / 2;
    return IntStream.range(0, votes.length)
        .mapToDouble(
            i ->
                IntStream.rangeClosed(Math.max(0, i - reach), Math.min(votes.length - 1, i + reach))
                    .mapToDouble(n -> votes[n])
                    .max()
                    .orElseThrow())
        .toArray();
  }

  private static int[] top(double[] votes, int seats) {
    return IntStream.range(0, votes.length)
        .boxed()
        .sorted(Comparator.comparingDouble(i -> -votes[i]))
        .limit(seats)
        .sorted()
        .mapToInt(Integer::intValue)
        .toArray();
  }

  /** Attention {@code [rows][heads * headDim]} of those tokens over compact positions. */
  double[][] attend(int length, int rows) {
    int[][] lists = lists(length, rows);
    double[][] output = new double[rows][layer.heads * layer.headDim];
    for (int j = 0; j < rows; j++) {
      for (int h = 0; h < layer.heads; h++) {
        int kvHead = h / (layer.heads / layer.kvHeads);
        int[] list = lists.length == 1 ? lists[0] : lists[kvHead];
        int own = list.length - rows + j;
        double[] q = rotated(layer.queries[length - rows + j], h, own);
        double[] weights = new double[own + 1];
        for (int r = 0; r <= own; r++) {
          double[] k = rotated(layer.keys[list[r]], kvHead, r);
          weights[r] = Math.exp(dot(q, k) / Math.sqrt(layer.headDim));
        }
        double sum = Arrays.stream(weights).sum();
        for (int r = 0; r <= own; r++) {
          for (int d = 0; d < layer.headDim; d++) {
            output[j][h * layer.headDim + d] +=
                weights[r] / sum * layer.values[list[r]][kvHead * layer.headDim + d];
          }
        }
      }
    }
    return output;
  }

  private double[] rotated(float[] row, int head, int position) {
    int half = layer.headDim / 2;
    double[] turned = new double[layer.headDim];
    for (int i = 0; i < half; i++) {
      double angle = position * Math.pow(SyntheticLayer.THETA, -2.0 * i / layer.headDim);
      double a = row[head * layer.headDim + i];
      double b = row[head * layer.headDim + i + half];
      turned[i] = a * Math.cos(angle) - b * Math.sin(angle);
      turned[i + half] = b * Math.cos(angle) + a * Math.sin(angle);
    }
    return turned;
  }

  private static double dot(double[] a, double[] b) {
    return IntStream.range(0, a.length).mapToDouble(d -> a[d] * b[d]).sum();
  }
}
