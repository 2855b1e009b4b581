package dev.winnow.engine.testing;

import dev.winnow.kernels.AttentionCost;
import dev.winnow.kernels.AttentionOutput;
import dev.winnow.kernels.AttentionPlan;
import dev.winnow.kernels.AttentionPlan.Segment;
import dev.winnow.kernels.Buffer;
import dev.winnow.kernels.DType;
import dev.winnow.kernels.HeadsView;
import dev.winnow.kernels.Kernels;
import dev.winnow.kernels.KeyPages;
import dev.winnow.kernels.KeyRotation;
import dev.winnow.kernels.KeyStore;
import dev.winnow.kernels.KvPages;
import dev.winnow.kernels.RotaryConfig;
import dev.winnow.kernels.RotaryTable;
import dev.winnow.kernels.SelectionCost;
import java.lang.foreign.ValueLayout;
import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * The kernels as plain loops in float64: half-split rotary embedding without scaling, one query at
 * a time, every key read once per query head.
 */
public class PlainKernels implements Kernels {
  private boolean closed;

  /** Whether it was closed. */
  public boolean closed() {
    return closed;
  }

  @Override
  public String describe() {
    return "plain loops";
  }

  @Override
  public void rotate(HeadsView x, RotaryTable table, int firstPosition) {
    for (int row = 0; row < x.rows(); row++) {
      rotateRow(x, row, table, firstPosition + row);
    }
  }

  @Override
  public void rotate(HeadsView x, RotaryTable table, int[] positions) {
    for (int row = 0; row < x.rows(); row++) {
      rotateRow(x, row, table, positions[row]);
    }
  }

  private static void rotateRow(HeadsView x, int row, RotaryTable table, int position) {
    for (int head = 0; head < x.heads(); head++) {
      long at = x.index(row, head);
      double[] vector = new double[x.headDim()];
      for (int d = 0; d < vector.length; d++) {
        vector[d] = x.buffer().getFloat(at + d);
      }
      turn(vector, table.config(), position);
      for (int d = 0; d < vector.length; d++) {
        put(x.buffer(), at + d, (float) vector[d]);
      }
    }
  }

  private static void turn(double[] vector, RotaryConfig config, int position) {
    int half = config.rotaryDim() / 2;
    for (int i = 0; i < half; i++) {
      double angle = position * Math.pow(config.theta(), -2.0 * i / config.rotaryDim());
      double a = vector[i];
      double b = vector[i + half];
      vector[i] = a * Math.cos(angle) - b * Math.sin(angle);
      vector[i + half] = b * Math.cos(angle) + a * Math.sin(angle);
    }
  }

  @Override
  public void appendKv(HeadsView keys, HeadsView values, KvPages cache) {
    int first = cache.length();
    if (first + keys.rows() > cache.capacity()) {
      throw new IllegalArgumentException("no room for " + keys.rows() + " rows");
    }
    for (int row = 0; row < keys.rows(); row++) {
      int token = first + row;
      KvPages.Page page = cache.page(token / KvPages.PAGE_TOKENS);
      for (int head = 0; head < cache.kvHeads(); head++) {
        for (int d = 0; d < cache.headDim(); d++) {
          long to = cache.index(head, token) + d;
          put(page.keys(), to, keys.buffer().getFloat(keys.index(row, head) + d));
          put(page.values(), to, values.buffer().getFloat(values.index(row, head) + d));
        }
      }
    }
    cache.setLength(first + keys.rows());
  }

  @Override
  public AttentionCost attend(AttentionPlan plan, KvPages cache, AttentionOutput output) {
    HeadsView to = output.values();
    for (int row = 0; row < plan.rows(); row++) {
      for (int head = 0; head < to.heads(); head++) {
        attendOne(plan, cache, row, head, to);
      }
    }
    return cost(plan, cache);
  }

  private static void attendOne(
      AttentionPlan plan, KvPages cache, int row, int head, HeadsView to) {
    int kvHead = head / (to.heads() / cache.kvHeads());
    double[] sum = new double[to.headDim()];
    double weights = 0;
    for (Segment segment : plan.segments()) {
      HeadsView queries = segment.queries();
      int list = segment.keys().listOf(head, to.heads());
      for (int i = 0; i < segment.keys().count(list); i++) {
        int token = segment.keys().row(list, i);
        if (!plan.sees(segment, plan.firstPosition() + row, token)) {
          continue;
        }
        KvPages.Page page = cache.page(token / KvPages.PAGE_TOKENS);
        long at = cache.index(kvHead, token);
        double[] key = new double[to.headDim()];
        for (int d = 0; d < key.length; d++) {
          key[d] = page.keys().getFloat(at + d);
        }
        turnKey(key, segment.keyRotation(), i, token);
        double score = 0;
        for (int d = 0; d < key.length; d++) {
          score += key[d] * queries.buffer().getFloat(queries.index(row, head) + d);
        }
        // Scores of the tiny test models are small: no maximum needs to be taken off.
        double weight = Math.exp(score * plan.scale());
        weights += weight;
        for (int d = 0; d < sum.length; d++) {
          sum[d] += weight * page.values().getFloat(at + d);
        }
      }
    }
    for (int d = 0; d < sum.length; d++) {
      double value = weights == 0 ? 0 : sum[d] / weights;
      put(to.buffer(), to.index(row, head) + d, (float) value);
    }
  }

  private static void turnKey(double[] key, KeyRotation rotation, int rank, int token) {
    if (rotation instanceof KeyRotation.TruePosition own) {
      turn(key, own.table().config(), token);
    } else if (rotation instanceof KeyRotation.CompactRank compact) {
      turn(key, compact.table().config(), compact.first() + rank);
    } else if (rotation instanceof KeyRotation.Fixed fixed) {
      turn(key, fixed.table().config(), fixed.position());
    }
  }

  @Override
  public AttentionCost cost(AttentionPlan plan, KvPages cache) {
    int heads = plan.segments().get(0).queries().heads();
    long pairs = 0;
    for (int row = 0; row < plan.rows(); row++) {
      for (Segment segment : plan.segments()) {
        for (int head = 0; head < heads; head++) {
          int list = segment.keys().listOf(head, heads);
          for (int i = 0; i < segment.keys().count(list); i++) {
            int token = segment.keys().row(list, i);
            if (token >= cache.length()) {
              throw new IllegalArgumentException(
                  "row " + token + " of a cache of " + cache.length());
            }
            pairs += plan.sees(segment, plan.firstPosition() + row, token) ? 1 : 0;
          }
        }
      }
    }
    return new AttentionCost(pairs, pairs * 2 * cache.headDim() * cache.dtype().bytes());
  }

  @Override
  public void packKeys(KvPages cache, int firstRow, int rows, int[][] dims, KeyPages packed) {
    for (int r = firstRow; r < firstRow + rows; r++) {
      float[] row = new float[packed.heads() * packed.headDim()];
      for (int i = 0; i < row.length; i++) {
        int head = i / packed.headDim();
        int kvHead = head / (packed.heads() / cache.kvHeads());
        row[i] = element(cache, kvHead, r, dims[head][i % packed.headDim()]);
      }
      packed.append(row);
    }
  }

  @Override
  public SelectionCost scoreKeys(
      HeadsView queries, KeyStore keys, int from, int to, Buffer scores) {
    for (int head = 0; head < queries.heads(); head++) {
      for (int token = from; token < to; token++) {
        int keyHead = head / (queries.heads() / keys.heads());
        double score = dot(queries, head, keys, keyHead, token);
        put(scores, (long) head * (to - from) + token - from, (float) score);
      }
    }
    long elements = (long) (to - from) * keys.headDim();
    return new SelectionCost(
        2 * elements * queries.heads(), elements * keys.heads() * keys.dtype().bytes());
  }

  @Override
  public void softVote(Buffer scores, int heads, int groups, int count, Buffer votes) {
    double[] sums = new double[groups * count];
    for (int head = 0; head < heads; head++) {
      float[] row = scores.toFloats((long) head * count, count);
      double max = IntStream.range(0, count).mapToDouble(i -> row[i]).max().orElse(0);
      double sum = IntStream.range(0, count).mapToDouble(i -> Math.exp(row[i] - max)).sum();
      for (int i = 0; i < count; i++) {
        sums[head / (heads / groups) * count + i] += Math.exp(row[i] - max) / sum;
      }
    }
    for (int i = 0; i < sums.length; i++) {
      put(votes, i, (float) sums[i]);
    }
  }

  @Override
  public int[] topK(Buffer scores, long offset, int count, int k) {
    float[] row = scores.toFloats(offset, count);
    return IntStream.range(0, count)
        .boxed()
        .sorted(Comparator.comparingDouble(i -> -row[i]))
        .limit(k)
        .sorted()
        .mapToInt(Integer::intValue)
        .toArray();
  }

  @Override
  public int[][] topKRows(Buffer scores, int rows, int count, int k) {
    return IntStream.range(0, rows)
        .mapToObj(row -> topK(scores, (long) row * count, count, k))
        .toArray(int[][]::new);
  }

  @Override
  public SelectionCost blockScores(
      HeadsView probe, KeyStore representatives, int from, int to, Buffer scores) {
    int width = representatives.headDim();
    double probeNorm = 0;
    for (int d = 0; d < width; d++) {
      probeNorm += Math.pow(probe.buffer().getFloat(probe.index(0, 0) + d), 2);
    }
    for (int token = from; token < to; token++) {
      double norm = 0;
      for (int d = 0; d < width; d++) {
        norm += Math.pow(element(representatives, 0, token, d), 2);
      }
      double dot = dot(probe, 0, representatives, 0, token);
      put(scores, token - from, dot == 0 ? 0 : (float) (dot / Math.sqrt(norm * probeNorm)));
    }
    long elements = (long) (to - from) * width;
    return new SelectionCost(4 * elements + 2L * width, elements * representatives.dtype().bytes());
  }

  private static double dot(HeadsView queries, int head, KeyStore keys, int keyHead, int token) {
    double sum = 0;
    for (int d = 0; d < keys.headDim(); d++) {
      double q = queries.buffer().getFloat(queries.index(0, head) + d);
      sum += q * element(keys, keyHead, token, d);
    }
    return sum;
  }

  private static float element(KeyStore keys, int head, int token, int d) {
    long at = keys.index(head, token) + (long) d * keys.dimStride();
    return keys.keys(token / KeyStore.PAGE_TOKENS).getFloat(at);
  }

  private static void put(Buffer buffer, long index, float value) {
    if (buffer.dtype() == DType.F32) {
      buffer.segment().set(ValueLayout.JAVA_FLOAT_UNALIGNED, index * 4, value);
    } else if (buffer.dtype() == DType.F16) {
      buffer
          .segment()
          .set(ValueLayout.JAVA_SHORT_UNALIGNED, index * 2, Float.floatToFloat16(value));
    } else {
      int rounded = (Float.floatToRawIntBits(value) + 0x8000) >>> 16;
      buffer.segment().set(ValueLayout.JAVA_SHORT_UNALIGNED, index * 2, (short) rounded);
    }
  }

  @Override
  public void close() {
    closed = true;
  }
}
