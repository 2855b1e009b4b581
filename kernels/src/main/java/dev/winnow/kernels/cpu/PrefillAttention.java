package dev.winnow.kernels.cpu;

import dev.winnow.kernels.DType;
import dev.winnow.kernels.HeadsView;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/**
 * Attention of many queries, lanes over the queries: maximum, exponential and sum run down the keys
 * without a horizontal step. Queries form strips; a strip meets only the keys that it sees.
 */
final class PrefillAttention implements TileKernel {
  private static final int WIDTH = StripProducts.WIDTH;

  private final KeyTile tile;
  private final float[] scores = new float[KeyTile.KEYS * WIDTH];
  private final float[] decay = new float[WIDTH];
  private int queries;
  private int strips;
  private int headDim;
  private int dims; // headDim in whole register blocks
  private float[] row = new float[0];
  private float[] q = new float[0]; // [strips, headDim, WIDTH]
  private float[] o = new float[0]; // [strips, dims, WIDTH]
  private float[] max = new float[0]; // [strips * WIDTH]
  private float[] sums = new float[0];

  PrefillAttention(KeyTile tile) {
    this.tile = tile;
  }

  @Override
  public void begin(int newQueries, int newHeadDim, DType dtype) {
    queries = newQueries;
    headDim = newHeadDim;
    dims = (headDim + 3) & -4;
    strips = (queries + WIDTH - 1) / WIDTH;
    if (o.length < strips * dims * WIDTH) {
      q = new float[strips * dims * WIDTH];
      o = new float[strips * dims * WIDTH];
    }
    if (max.length < strips * WIDTH) {
      max = new float[strips * WIDTH];
      sums = new float[strips * WIDTH];
    }
    if (row.length < headDim) {
      row = new float[headDim];
    }
    Arrays.fill(q, 0f);
    Arrays.fill(o, 0f);
    Arrays.fill(max, Float.NEGATIVE_INFINITY);
    Arrays.fill(sums, 0f);
  }

  @Override
  public void queries(
      HeadsView source, int firstRow, int rows, int firstHead, int group, float factor) {
    MemorySegment segment = source.buffer().segment();
    for (int j = 0; j < rows * group; j++) {
      long from = 4 * source.index(firstRow + j / group, firstHead + j % group);
      MemorySegment.copy(segment, ValueLayout.JAVA_FLOAT_UNALIGNED, from, row, 0, headDim);
      int at = j / WIDTH * headDim * WIDTH + j % WIDTH;
      for (int d = 0; d < headDim; d++) {
        q[at + d * WIDTH] = row[d] * factor;
      }
    }
  }

  @Override
  public void absorb(
      KeySource source,
      int firstKey,
      int count,
      int[] from,
      int[] to,
      float[] saved,
      int savedAt,
      int savedStride) {
    tile.fetch(source, firstKey, count);
    tile.loadKeys(source, firstKey, count);
    tile.loadValues(source, firstKey, count);
    for (int strip = 0; strip < strips; strip++) {
      int first = strip * WIDTH;
      int size = Math.min(WIDTH, queries - first);
      // Rows ascend, and so do both ends of what they see.
      int start = from[first];
      int end = to[first + size - 1];
      boolean allSee = from[first + size - 1] == start && to[first] == end;
      if (saved != null) {
        hideSaved(saved, savedAt + first, savedStride, count, size);
      }
      if (start >= end) {
        continue;
      }
      StripProducts.scores(
          tile.keys(),
          tile.stride(),
          start & -4,
          (end + 3) & -4,
          q,
          first * headDim,
          headDim,
          scores);
      if (!allSee) {
        hide(from, to, first, start, end);
      }
      if (saved != null) {
        for (int key = start; key < end; key++) {
          System.arraycopy(scores, key * WIDTH, saved, savedAt + key * savedStride + first, size);
        }
      }
      softmax(first, start, end);
      if (allSee || VectorMath.allFinite(tile.values(), count * tile.stride())) {
        StripProducts.addValues(
            tile.values(), tile.stride(), start, end, scores, decay, o, first * dims, dims);
      } else {
        addSeenValues(from, to, first, size);
      }
    }
  }

  private static void hideSaved(float[] saved, int at, int stride, int count, int size) {
    for (int key = 0; key < count; key++) {
      Arrays.fill(saved, at + key * stride, at + key * stride + size, Float.NEGATIVE_INFINITY);
    }
  }

  private void hide(int[] from, int[] to, int first, int start, int end) {
    for (int half = 0; half < WIDTH; half += Lanes.N) {
      IntVector low = IntVector.fromArray(Lanes.INTS, from, first + half);
      IntVector high = IntVector.fromArray(Lanes.INTS, to, first + half);
      for (int key = start; key < end; key++) {
        int at = key * WIDTH + half;
        VectorMask<Float> hidden =
            low.compare(VectorOperators.GT, key)
                .or(high.compare(VectorOperators.LE, key))
                .cast(Lanes.FLOATS);
        FloatVector.fromArray(Lanes.FLOATS, scores, at)
            .blend(Float.NEGATIVE_INFINITY, hidden)
            .intoArray(scores, at);
      }
    }
  }

  /** Turns scores into weights; {@link #decay} gets the factor for what was summed before. */
  private void softmax(int first, int start, int end) {
    FloatVector old0 = FloatVector.fromArray(Lanes.FLOATS, max, first);
    FloatVector old1 = FloatVector.fromArray(Lanes.FLOATS, max, first + Lanes.N);
    FloatVector top0 = old0;
    FloatVector top1 = old1;
    for (int at = start * WIDTH; at < end * WIDTH; at += WIDTH) {
      top0 = VectorMath.max(top0, FloatVector.fromArray(Lanes.FLOATS, scores, at));
      top1 = VectorMath.max(top1, FloatVector.fromArray(Lanes.FLOATS, scores, at + Lanes.N));
    }
    top0.intoArray(max, first);
    top1.intoArray(max, first + Lanes.N);
    FloatVector base0 = VectorMath.finiteMax(top0);
    FloatVector base1 = VectorMath.finiteMax(top1);
    FloatVector sum0 = FloatVector.zero(Lanes.FLOATS);
    FloatVector sum1 = FloatVector.zero(Lanes.FLOATS);
    for (int at = start * WIDTH; at < end * WIDTH; at += WIDTH) {
      FloatVector weight0 =
          VectorMath.exp2(FloatVector.fromArray(Lanes.FLOATS, scores, at).sub(base0));
      FloatVector weight1 =
          VectorMath.exp2(FloatVector.fromArray(Lanes.FLOATS, scores, at + Lanes.N).sub(base1));
      weight0.intoArray(scores, at);
      weight1.intoArray(scores, at + Lanes.N);
      sum0 = sum0.add(weight0);
      sum1 = sum1.add(weight1);
    }
    FloatVector decay0 = VectorMath.exp2(old0.sub(base0));
    FloatVector decay1 = VectorMath.exp2(old1.sub(base1));
    decay0.intoArray(decay, 0);
    decay1.intoArray(decay, Lanes.N);
    FloatVector.fromArray(Lanes.FLOATS, sums, first).fma(decay0, sum0).intoArray(sums, first);
    FloatVector.fromArray(Lanes.FLOATS, sums, first + Lanes.N)
        .fma(decay1, sum1)
        .intoArray(sums, first + Lanes.N);
  }

  /** The values of a tile that holds NaN or infinity, which a zero weight would not hide. */
  private void addSeenValues(int[] from, int[] to, int first, int size) {
    for (int j = 0; j < size; j++) {
      for (int d = 0; d < headDim; d++) {
        int at = (first * dims) + d * WIDTH + j;
        float sum = o[at] * decay[j];
        for (int key = from[first + j]; key < to[first + j]; key++) {
          sum += scores[key * WIDTH + j] * tile.values()[key * tile.stride() + d];
        }
        o[at] = sum;
      }
    }
  }

  @Override
  public void export(Partial target) {
    target.reserve(queries, headDim);
    System.arraycopy(max, 0, target.max, 0, queries);
    System.arraycopy(sums, 0, target.sums, 0, queries);
    for (int j = 0; j < queries; j++) {
      int at = j / WIDTH * dims * WIDTH + j % WIDTH;
      for (int d = 0; d < headDim; d++) {
        target.values[j * headDim + d] = o[at + d * WIDTH];
      }
    }
  }
}
