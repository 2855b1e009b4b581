package dev.winnow.kernels;

import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;

/** The oracle: every kernel as its definition reads, in float64, one number at a time. */
public final class ReferenceKernels implements Kernels {

  @Override
  public String describe() {
    return "float64 reference";
  }

  @Override
  public void rotate(HeadsView x, RotaryTable table, int firstPosition) {
    int[] positions = new int[x.rows()];
    for (int r = 0; r < positions.length; r++) {
      positions[r] = firstPosition + r;
    }
    rotate(x, table, positions);
  }

  @Override
  public void rotate(HeadsView x, RotaryTable table, int[] positions) {
    for (int r = 0; r < x.rows(); r++) {
      for (int h = 0; h < x.heads(); h++) {
        double[] head = rotated(read(x, r, h), table, positions[r]);
        write(x, r, h, head);
      }
    }
  }

  @Override
  public void appendKv(HeadsView keys, HeadsView values, KvPages cache) {
    for (int r = 0; r < keys.rows(); r++) {
      int token = cache.length() + r;
      KvPages.Page page = cache.page(token / KvPages.PAGE_TOKENS);
      for (int h = 0; h < keys.heads(); h++) {
        for (int d = 0; d < keys.headDim(); d++) {
          long index = cache.index(h, token) + d;
          store(page.keys(), index, keys.buffer().getFloat(keys.index(r, h) + d));
          store(page.values(), index, values.buffer().getFloat(values.index(r, h) + d));
        }
      }
    }
    cache.setLength(cache.length() + keys.rows());
  }

  @Override
  public void packKeys(KvPages cache, int firstRow, int rows, int[][] dims, KeyPages packed) {
    ReferenceSelection.packKeys(cache, firstRow, rows, dims, packed);
  }

  @Override
  public SelectionCost scoreKeys(
      HeadsView queries, KeyStore keys, int from, int to, Buffer scores) {
    return ReferenceSelection.scoreKeys(queries, keys, from, to, scores);
  }

  @Override
  public void softVote(Buffer scores, int heads, int groups, int count, Buffer votes) {
    ReferenceSelection.softVote(scores, heads, groups, count, votes);
  }

  @Override
  public int[] topK(Buffer scores, long offset, int count, int k) {
    return ReferenceSelection.topK(scores, offset, count, k);
  }

  @Override
  public int[][] topKRows(Buffer scores, int rows, int count, int k) {
    int[][] found = new int[rows][];
    for (int row = 0; row < rows; row++) {
      found[row] = topK(scores, (long) row * count, count, k);
    }
    return found;
  }

  @Override
  public SelectionCost blockScores(
      HeadsView probe, KeyStore representatives, int from, int to, Buffer scores) {
    return ReferenceSelection.blockScores(probe, representatives, from, to, scores);
  }

  @Override
  public AttentionCost attend(AttentionPlan plan, KvPages cache, AttentionOutput output) {
    HeadsView shape = plan.segments().get(0).queries();
    int group = shape.heads() / cache.kvHeads();
    if (output.mass() != null) {
      output.mass().segment().fill((byte) 0);
    }
    for (int row = 0; row < plan.rows(); row++) {
      for (int head = 0; head < shape.heads(); head++) {
        attendOne(plan, cache, output, row, head, group);
      }
    }
    return cost(plan, cache);
  }

  private static void attendOne(
      AttentionPlan plan, KvPages cache, AttentionOutput output, int row, int head, int group) {
    int kvHead = head / group;
    List<Double> scores = new ArrayList<>();
    List<double[]> values = new ArrayList<>();
    List<Integer> massIndices = new ArrayList<>();
    int segmentStart = 0;
    for (AttentionPlan.Segment segment : plan.segments()) {
      double[] query = read(segment.queries(), row, head);
      int list = listOf(segment.keys(), head, kvHead, cache);
      int count = segment.keys().count(list);
      for (int i = 0; i < count; i++) {
        int t = segment.keys().row(list, i);
        if (plan.sees(segment, plan.firstPosition() + row, t)) {
          double[] key = key(segment.keyRotation(), cache, kvHead, t, i);
          scores.add(dot(query, key) * plan.scale());
          values.add(stored(cache.page(t / KvPages.PAGE_TOKENS).values(), cache, kvHead, t));
          massIndices.add(segmentStart + i);
        }
      }
      segmentStart += count;
    }
    // A NaN score is not a maximum; it reaches the result through its own exponential.
    double max = Double.NEGATIVE_INFINITY;
    for (double score : scores) {
      max = score > max ? score : max;
    }
    double base = max == Double.NEGATIVE_INFINITY ? 0 : max;
    double sum = 0;
    double[] result = new double[cache.headDim()];
    for (int i = 0; i < scores.size(); i++) {
      double weight = Math.exp(scores.get(i) - base);
      sum += weight;
      for (int d = 0; d < result.length; d++) {
        result[d] += weight * values.get(i)[d];
      }
    }
    for (int d = 0; d < result.length; d++) {
      result[d] = sum == 0 ? 0 : result[d] / sum;
    }
    write(output.values(), row, head, result);
    if (output.logSumExp() != null) {
      long index = (long) row * output.values().heads() + head;
      store(output.logSumExp(), index, (float) (base + Math.log(sum)));
    }
    if (output.mass() != null) {
      int keys = (int) (output.mass().elements() / output.values().heads());
      for (int i = 0; i < scores.size(); i++) {
        double weight =
            scores.get(i) == Double.NEGATIVE_INFINITY ? 0 : Math.exp(scores.get(i) - base) / sum;
        long index = (long) head * keys + massIndices.get(i);
        store(output.mass(), index, (float) (output.mass().getFloat(index) + weight));
      }
    }
  }

  /** Pairs by asking {@code sees} for each; bytes are an implementation's own and left at zero. */
  @Override
  public AttentionCost cost(AttentionPlan plan, KvPages cache) {
    int heads = plan.segments().get(0).queries().heads();
    long pairs = 0;
    for (AttentionPlan.Segment segment : plan.segments()) {
      for (int h = 0; h < heads; h++) {
        int list = listOf(segment.keys(), h, h / (heads / cache.kvHeads()), cache);
        for (int i = 0; i < segment.keys().count(list); i++) {
          for (int row = 0; row < plan.rows(); row++) {
            if (plan.sees(segment, plan.firstPosition() + row, segment.keys().row(list, i))) {
              pairs++;
            }
          }
        }
      }
    }
    return new AttentionCost(pairs, 0);
  }

  /** The one list, the list of the KV head, or the query head's own. */
  private static int listOf(KeyRows keys, int head, int kvHead, KvPages cache) {
    if (!(keys instanceof KeyRows.Gathered gathered) || gathered.lists().length == 1) {
      return 0;
    }
    return gathered.lists().length == cache.kvHeads() ? kvHead : head;
  }

  @Override
  public void close() {}

  private static double[] key(KeyRotation rotation, KvPages cache, int head, int t, int rank) {
    double[] key = stored(cache.page(t / KvPages.PAGE_TOKENS).keys(), cache, head, t);
    if (rotation instanceof KeyRotation.CompactRank compact) {
      return rotated(key, compact.table(), compact.first() + rank);
    }
    if (rotation instanceof KeyRotation.TruePosition position) {
      return rotated(key, position.table(), t);
    }
    if (rotation instanceof KeyRotation.Fixed fixed) {
      return rotated(key, fixed.table(), fixed.position());
    }
    return key;
  }

  private static double[] rotated(double[] x, RotaryTable table, int position) {
    RotaryConfig config = table.config();
    double[] frequencies = table.frequencies();
    double factor =
        config.scaling() instanceof RotaryScaling.Yarn yarn ? yarn.attentionFactor() : 1;
    double[] turned = x.clone();
    int pairs = frequencies.length;
    for (int i = 0; i < pairs; i++) {
      boolean half = config.pairing() == RotaryConfig.Pairing.HALF_SPLIT;
      int a = half ? i : 2 * i;
      int b = half ? i + pairs : 2 * i + 1;
      float angle = (float) (position * frequencies[i]); // as models are trained with
      double cos = Math.cos(angle) * factor;
      double sin = Math.sin(angle) * factor;
      turned[a] = x[a] * cos - x[b] * sin;
      turned[b] = x[b] * cos + x[a] * sin;
    }
    return turned;
  }

  private static double dot(double[] a, double[] b) {
    double sum = 0;
    for (int d = 0; d < a.length; d++) {
      sum += a[d] * b[d];
    }
    return sum;
  }

  private static double[] stored(Buffer buffer, KvPages cache, int head, int token) {
    double[] x = new double[cache.headDim()];
    for (int d = 0; d < x.length; d++) {
      x[d] = buffer.getFloat(cache.index(head, token) + d);
    }
    return x;
  }

  private static double[] read(HeadsView view, int row, int head) {
    double[] x = new double[view.headDim()];
    for (int d = 0; d < x.length; d++) {
      x[d] = view.buffer().getFloat(view.index(row, head) + d);
    }
    return x;
  }

  private static void write(HeadsView view, int row, int head, double[] x) {
    for (int d = 0; d < x.length; d++) {
      store(view.buffer(), view.index(row, head) + d, (float) x[d]);
    }
  }

  static void store(Buffer buffer, long index, float value) {
    switch (buffer.dtype()) {
      case F32 -> buffer.segment().set(ValueLayout.JAVA_FLOAT_UNALIGNED, index * 4, value);
      case F16 ->
          buffer
              .segment()
              .set(ValueLayout.JAVA_SHORT_UNALIGNED, index * 2, Float.floatToFloat16(value));
      case BF16 ->
          buffer.segment().set(ValueLayout.JAVA_SHORT_UNALIGNED, index * 2, nearestBf16(value));
      case I32 -> throw new IllegalArgumentException("not a floating-point type");
    }
  }

  /** The nearest of the two neighbouring bfloat16 numbers, the even one on a tie. */
  static short nearestBf16(float value) {
    int bits = Float.floatToRawIntBits(value);
    short below = (short) (bits >> 16);
    if (Float.isNaN(value)) {
      return (short) (below | 0x40);
    }
    int discarded = bits & 0xffff;
    boolean up = discarded > 0x8000 || (discarded == 0x8000 && (below & 1) == 1);
    return up ? (short) (below + 1) : below;
  }
}
