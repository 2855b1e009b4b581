package dev.winnow.kernels.cpu;

import dev.winnow.kernels.DType;
import dev.winnow.kernels.HeadsView;
import dev.winnow.kernels.KeyRotation;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/**
 * Attention of a few queries: keys stream through once, lanes run over the elements of a head, so
 * nothing has to be transposed.
 *
 * <p>Sixteen-bit rows that need no treatment are multiplied as they are stored, see {@link
 * PackedProducts}; others, such as rotated keys or a batch with a NaN in it, are widened first.
 */
final class DecodeAttention implements TileKernel {
  /** Most queries for which this beats {@link PrefillAttention}. */
  static final int MAX_QUERIES = 8;

  /** Keys per call: as many as a page has, so that keys and then values stream from memory. */
  static final int KEYS = 256;

  // Kernels write whole vectors of scores, some lanes behind the last key.
  private static final int SCORES = KEYS + Lanes.N;

  // Conversion and arithmetic alternate in steps this short, so that the processor overlaps the
  // arithmetic with the arrival of the next rows.
  private static final int BATCH = 32;

  private final KeyTile tile;
  private final float[] scores = new float[MAX_QUERIES * SCORES];
  private final float[] pairs = new float[3 * (BATCH / 2 + 1) * Lanes.N];
  private final float[] max = new float[MAX_QUERIES];
  private final float[] sums = new float[MAX_QUERIES];
  private float[] q = new float[0];
  private float[] o = new float[0];
  // The same for rows as they are stored; the result is the sum of o and, put in order, packedO.
  private float[] packedQ = new float[0];
  private float[] packedO = new float[0];
  private PackedFormat format; // null if rows are not multiplied as they are stored
  private boolean packKeys;
  private int queries;
  private int headDim;
  private int stride;

  DecodeAttention(KeyTile tile) {
    this.tile = tile;
  }

  @Override
  public void begin(int newQueries, int newHeadDim, DType dtype) {
    queries = newQueries;
    format = PackedFormat.of(dtype, newHeadDim);
    if (headDim != newHeadDim) {
      headDim = newHeadDim;
      stride = Lanes.roundUp(headDim);
      q = new float[MAX_QUERIES * stride];
      o = new float[MAX_QUERIES * stride];
      packedQ = new float[MAX_QUERIES * stride];
      packedO = new float[MAX_QUERIES * stride];
    }
    Arrays.fill(o, 0, queries * stride, 0f);
    Arrays.fill(packedO, 0, queries * stride, 0f);
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
    packKeys = format != null && VectorMath.allBelow(format.limit(), q, queries * stride);
    if (packKeys) {
      for (int j = 0; j < queries; j++) {
        PackedFormat.split(q, j * stride, packedQ, j * stride, headDim);
      }
      VectorMath.scale(packedQ, 0, queries * stride, format.scale());
    }
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
    tile.fetch(source, first, count);
    for (int i = 0; i < count; i += BATCH) {
      int size = Math.min(BATCH, count - i);
      score(source, first + i, size, i);
    }
    boolean allSeen = true;
    for (int j = 0; j < queries; j++) {
      allSeen &= from[j] == 0 && to[j] == count;
    }
    boolean packed = allSeen && format != null;
    for (int j = 0; j < queries; j++) {
      hide(j * SCORES, from[j], to[j]);
      if (saved != null) {
        for (int key = 0; key < count; key++) {
          saved[savedAt + key * savedStride + j] = scores[j * SCORES + key];
        }
      }
      softmax(j, count, packed ? format.scale() : 1f);
    }
    for (int i = 0; i < count; i += BATCH) {
      int size = Math.min(BATCH, count - i);
      if (packed) {
        addPacked(source, first + i, size, i);
        continue;
      }
      tile.loadValues(source, first + i, size);
      if (allSeen) {
        RowProducts.addValues(scores, i, SCORES, 0, queries, tile.values(), 0, size, stride, o);
      } else {
        addSeenValues(from, to, i, size);
      }
    }
  }

  /** Adds {@code size} values, seen by all, with the weights from {@code at}, times the scale. */
  private void addPacked(KeySource source, int first, int size, int at) {
    if (tile.packValues(source, first, size, format)) {
      PackedProducts.addValues(
          scores, at, SCORES, queries, tile.packed(), size, headDim / 2, format, packedO);
      return;
    }
    tile.loadValues(source, first, size);
    for (int j = 0; j < queries; j++) {
      VectorMath.scale(scores, at + j * SCORES, Lanes.roundUp(size), 1 / format.scale());
    }
    RowProducts.addValues(scores, at, SCORES, 0, queries, tile.values(), 0, size, stride, o);
  }

  /** Scores {@code size} keys from list index {@code first} and stores them from {@code at}. */
  private void score(KeySource source, int first, int size, int at) {
    if (packKeys
        && source.rotation() instanceof KeyRotation.AsStored
        && tile.packKeys(source, first, size, format)) {
      PackedProducts.scores(
          tile.packed(), size, headDim / 2, format, packedQ, queries, scores, at, SCORES, pairs);
      return;
    }
    tile.loadKeys(source, first, size);
    RowProducts.scores(q, queries, tile.keys(), size, stride, scores, at, SCORES);
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

  /**
   * Turns the scores of query {@code j} into weights, stored times {@code scale}, and moves its
   * state to the new maximum.
   */
  private void softmax(int j, int count, float scale) {
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
      weight.mul(scale).intoArray(scores, i);
      sum = sum.add(weight);
    }
    if (newMax != max[j]) {
      float decay = (float) Math.exp((max[j] - base) * VectorMath.LN2);
      sums[j] *= decay;
      VectorMath.scale(o, j * stride, stride, decay);
      VectorMath.scale(packedO, j * stride, stride, decay);
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
      for (int d = 0; d < headDim; d++) {
        float packed = format == null ? 0f : packedO[j * stride + PackedFormat.place(d)];
        target.values[j * headDim + d] = o[j * stride + d] + packed;
      }
    }
  }
}
