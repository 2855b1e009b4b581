package dev.winnow.kernels.cpu;

import dev.winnow.kernels.HeadsView;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/**
 * Attention of a few queries: keys stream through once, lanes run over the elements of a head, so
 * nothing has to be transposed.
 */
final class DecodeAttention implements TileKernel {
  /** Most queries for which this beats {@link PrefillAttention}. */
  static final int MAX_QUERIES = 8;

  // Kernels write whole vectors of scores, some lanes behind the last key.
  private static final int SCORES = KeyTile.KEYS + Lanes.N;

  // Conversion and arithmetic alternate in steps this short, so that the processor overlaps the
  // arithmetic with the arrival of the next rows.
  private static final int BATCH = 16;

  private final KeyTile tile;
  private final float[] scores = new float[MAX_QUERIES * SCORES];
  private final float[] max = new float[MAX_QUERIES];
  private final float[] sums = new float[MAX_QUERIES];
  private float[] q = new float[0];
  private float[] o = new float[0];
  private int queries;
  private int headDim;
  private int stride;

  DecodeAttention(KeyTile tile) {
    this.tile = tile;
  }

  @Override
  public void begin(int newQueries, int newHeadDim) {
    queries = newQueries;
    if (headDim != newHeadDim) {
      headDim = newHeadDim;
      stride = Lanes.roundUp(headDim);
      q = new float[MAX_QUERIES * stride];
      o = new float[MAX_QUERIES * stride];
    }
    Arrays.fill(o, 0, queries * stride, 0f);
    Arrays.fill(max, Float.NEGATIVE_INFINITY);
    Arrays.fill(sums, 0f);
  }

  @Override
  public void queries(
      HeadsView source, int firstRow, int rows, int firstHead, int group, float factor) {
    MemorySegment segment = source.buffer().segment();
    for (int j = 0; j < rows * group; j++) {
      long from = 4 * source.index(firstRow + j / group, firstHead + j % group);
      MemorySegment.copy(segment, ValueLayout.JAVA_FLOAT_UNALIGNED, from, q, j * stride, headDim);
    }
    VectorMath.scale(q, 0, queries * stride, factor);
  }

  @Override
  public void absorb(
      KeySource source,
      int first,
      int count,
      int[] from,
      int[] to,
      float[] saved,
      int savedAt,
      int savedStride) {
    for (int i = 0; i < count; i += BATCH) {
      int size = Math.min(BATCH, count - i);
      tile.loadKeys(source, first + i, size);
      RowProducts.scores(q, queries, tile.keys(), size, stride, scores, i, SCORES);
    }
    boolean allSeen = true;
    for (int j = 0; j < queries; j++) {
      allSeen &= from[j] == 0 && to[j] == count;
      hide(j * SCORES, from[j], to[j]);
      if (saved != null) {
        for (int key = 0; key < count; key++) {
          saved[savedAt + key * savedStride + j] = scores[j * SCORES + key];
        }
      }
      softmax(j, count);
    }
    for (int i = 0; i < count; i += BATCH) {
      int size = Math.min(BATCH, count - i);
      tile.loadValues(source, first + i, size);
      if (allSeen) {
        RowProducts.addValues(scores, i, SCORES, 0, queries, tile.values(), 0, size, stride, o);
      } else {
        addSeenValues(from, to, i, size);
      }
    }
  }

  /** A hidden value may be NaN, so that its zero weight would not hide it. */
  private void addSeenValues(int[] from, int[] to, int start, int size) {
    for (int j = 0; j < queries; j++) {
      int low = Math.max(from[j] - start, 0);
      int high = Math.min(to[j] - start, size);
      if (low < high) {
        RowProducts.addValues(scores, start, SCORES, j, 1, tile.values(), low, high, stride, o);
      }
    }
  }

  private void hide(int at, int from, int to) {
    Arrays.fill(scores, at, at + from, Float.NEGATIVE_INFINITY);
    Arrays.fill(scores, at + Math.max(from, to), at + SCORES, Float.NEGATIVE_INFINITY);
  }

  /** Turns the scores of query {@code j} into weights and moves its state to the new maximum. */
  private void softmax(int j, int count) {
    int at = j * SCORES;
    int end = at + Lanes.roundUp(count);
    FloatVector top = FloatVector.broadcast(Lanes.FLOATS, max[j]);
    for (int i = at; i < end; i += Lanes.N) {
      top = VectorMath.max(top, FloatVector.fromArray(Lanes.FLOATS, scores, i));
    }
    float newMax = top.reduceLanes(VectorOperators.MAX);
    float base = VectorMath.finiteMax(newMax);
    FloatVector sum = FloatVector.zero(Lanes.FLOATS);
    for (int i = at; i < end; i += Lanes.N) {
      FloatVector weight =
          VectorMath.exp2(FloatVector.fromArray(Lanes.FLOATS, scores, i).sub(base));
      weight.intoArray(scores, i);
      sum = sum.add(weight);
    }
    if (newMax != max[j]) {
      float decay = (float) Math.exp((max[j] - base) * VectorMath.LN2);
      sums[j] *= decay;
      VectorMath.scale(o, j * stride, stride, decay);
      max[j] = newMax;
    }
    sums[j] += sum.reduceLanes(VectorOperators.ADD);
  }

  @Override
  public void export(Partial target) {
    target.reserve(queries, headDim);
    System.arraycopy(max, 0, target.max, 0, queries);
    System.arraycopy(sums, 0, target.sums, 0, queries);
    for (int j = 0; j < queries; j++) {
      System.arraycopy(o, j * stride, target.values, j * headDim, headDim);
    }
  }
}
