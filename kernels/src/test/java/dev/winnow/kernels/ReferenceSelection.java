package dev.winnow.kernels;

import java.util.Comparator;
import java.util.stream.IntStream;

/** The oracle for the kernels that choose keys: their definitions in float64. */
final class ReferenceSelection {
  private ReferenceSelection() {}

  static void packKeys(KvPages cache, int firstRow, int rows, int[][] dims, KeyPages packed) {
    int group = packed.heads() / cache.kvHeads();
    for (int r = firstRow; r < firstRow + rows; r++) {
      float[] row = new float[packed.heads() * packed.headDim()];
      for (int i = 0; i < row.length; i++) {
        int head = i / packed.headDim();
        int dim = dims[head][i % packed.headDim()];
        row[i] = element(cache, head / group, r, dim);
      }
      packed.append(row);
    }
  }

  static SelectionCost scoreKeys(
      HeadsView queries, KeyStore keys, int from, int to, Buffer scores) {
    int group = queries.heads() / keys.heads();
    for (int h = 0; h < queries.heads(); h++) {
      for (int t = from; t < to; t++) {
        double sum = 0;
        for (int d = 0; d < keys.headDim(); d++) {
          double q = queries.buffer().getFloat(queries.index(0, h) + d);
          sum += q * element(keys, h / group, t, d);
        }
        scores.setFloat((long) h * (to - from) + t - from, (float) sum);
      }
    }
    long elements = (long) (to - from) * keys.headDim();
    return new SelectionCost(
        2 * elements * queries.heads(), elements * keys.heads() * keys.dtype().bytes());
  }

  static void softVote(Buffer scores, int heads, int groups, int count, Buffer votes) {
    double[] sums = new double[groups * count];
    for (int h = 0; h < heads; h++) {
      // A NaN is not a maximum; it reaches the result through its own exponential.
      double max = Double.NEGATIVE_INFINITY;
      for (int i = 0; i < count; i++) {
        double score = scores.getFloat((long) h * count + i);
        max = score > max ? score : max;
      }
      double base = max == Double.NEGATIVE_INFINITY ? 0 : max;
      double[] weights = new double[count];
      double sum = 0;
      for (int i = 0; i < count; i++) {
        weights[i] = Math.exp(scores.getFloat((long) h * count + i) - base);
        sum += weights[i];
      }
      for (int i = 0; i < count; i++) {
        sums[h / (heads / groups) * count + i] += sum == 0 ? 0 : weights[i] / sum;
      }
    }
    for (int i = 0; i < sums.length; i++) {
      votes.setFloat(i, (float) sums[i]);
    }
  }

  static int[] topK(Buffer scores, long offset, int count, int k) {
    Comparator<Integer> byScore =
        (a, b) -> {
          float x = scores.getFloat(offset + a);
          float y = scores.getFloat(offset + b);
          if (Float.isNaN(x) || Float.isNaN(y)) {
            return Boolean.compare(Float.isNaN(x), Float.isNaN(y));
          }
          return x > y ? -1 : x < y ? 1 : 0;
        };
    return IntStream.range(0, count)
        .boxed()
        .sorted(byScore) // stable, so that the lower index stays first
        .limit(k)
        .mapToInt(Integer::intValue)
        .sorted()
        .toArray();
  }

  static SelectionCost blockScores(
      HeadsView probe, KeyStore representatives, int from, int to, Buffer scores) {
    int width = representatives.headDim();
    for (int t = from; t < to; t++) {
      double dot = 0;
      double p2 = 0;
      double r2 = 0;
      for (int d = 0; d < width; d++) {
        double p = probe.buffer().getFloat(probe.index(0, 0) + d);
        double r = element(representatives, 0, t, d);
        dot += p * r;
        p2 += p * p;
        r2 += r * r;
      }
      scores.setFloat(t - from, p2 == 0 || r2 == 0 ? 0 : (float) (dot / Math.sqrt(p2 * r2)));
    }
    long elements = (long) (to - from) * width;
    return new SelectionCost(4 * elements + 2L * width, elements * representatives.dtype().bytes());
  }

  static float element(KeyStore keys, int head, int token, int d) {
    long at = keys.index(head, token) + (long) d * keys.dimStride();
    return keys.keys(token / KeyStore.PAGE_TOKENS).getFloat(at);
  }
}
