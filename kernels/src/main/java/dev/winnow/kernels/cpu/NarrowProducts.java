package dev.winnow.kernels.cpu;

import dev.winnow.kernels.DType;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorShuffle;

/**
 * Dot products straight from sixteen-bit rows so short that several fill one vector, such as a few
 * dominant dimensions of each key; otherwise like {@link PackedProducts}.
 *
 * <p>A row is {@code width} ints of two elements. As many vectors as a row has ints hold as many
 * rows as a vector has lanes, so their lanes are added in a tree that ends with one score per lane.
 */
final class NarrowProducts {
  private NarrowProducts() {}

  /** The format of {@code dtype} if heads of {@code headDim} can be multiplied so, or null. */
  static PackedFormat formatOf(DType dtype, int headDim) {
    boolean fits = (headDim == 4 || headDim == 8 || headDim == 16) && headDim / 2 < Lanes.N;
    if (!fits || ByteOrder.nativeOrder() != ByteOrder.LITTLE_ENDIAN) {
      return null;
    }
    return dtype == DType.F16 ? PackedFormat.F16 : dtype == DType.BF16 ? PackedFormat.BF16 : null;
  }

  /**
   * Lays a query out for {@link #scores}: a vector of its even elements, repeated for each row of a
   * vector, and one of its odd ones, times the format's scale.
   */
  static void split(float[] source, int at, float[] target, int to, int width, float scale) {
    for (int lane = 0; lane < Lanes.N; lane++) {
      int element = at + 2 * (lane % width);
      target[to + lane] = source[element] * scale;
      target[to + Lanes.N + lane] = source[element + 1] * scale;
    }
  }

  /** For {@link #scores}: how finished sums are put in the order of their keys. */
  static VectorShuffle<Float> order(int width) {
    int perVector = Lanes.N / width;
    return VectorShuffle.fromOp(Lanes.FLOATS, key -> key / perVector + key % perVector * width);
  }

  /**
   * {@code s[j, sAt + i] = q[j] . k[i]} for i in {@code [0, keys)}.
   *
   * @param k {@code [keys, width]}, keys a multiple of the lanes
   * @param q {@code [queries, 2 * N]}, see {@link #split}
   * @param pairs scratch memory, {@code [3, keys * width / 2]}
   */
  static void scores(
      int[] k,
      int keys,
      int width,
      PackedFormat format,
      VectorShuffle<Float> order,
      float[] q,
      int queries,
      float[] s,
      int sAt,
      int sStride,
      float[] pairs) {
    int ints = keys * width;
    int stride = ints / 2;
    int j = 0;
    while (j < queries) {
      int at = 2 * j * Lanes.N;
      int block = RowProducts.blockOf(queries - j);
      switch (block) {
        case 3 -> multiply3(k, ints, format, q, at, pairs, stride);
        case 2 -> multiply2(k, ints, format, q, at, pairs, stride);
        default -> multiply1(k, ints, format, q, at, pairs);
      }
      for (int i = 0; i < block; i++) {
        finish(pairs, i * stride, keys, width, order, s, sAt + (j + i) * sStride);
      }
      j += block;
    }
  }

  private static void multiply3(
      int[] k, int ints, PackedFormat format, float[] q, int qAt, float[] pairs, int stride) {
    int shift = format.shift();
    int mask = format.mask();
    FloatVector qe0 = FloatVector.fromArray(Lanes.FLOATS, q, qAt);
    FloatVector qo0 = FloatVector.fromArray(Lanes.FLOATS, q, qAt + Lanes.N);
    FloatVector qe1 = FloatVector.fromArray(Lanes.FLOATS, q, qAt + 2 * Lanes.N);
    FloatVector qo1 = FloatVector.fromArray(Lanes.FLOATS, q, qAt + 3 * Lanes.N);
    FloatVector qe2 = FloatVector.fromArray(Lanes.FLOATS, q, qAt + 4 * Lanes.N);
    FloatVector qo2 = FloatVector.fromArray(Lanes.FLOATS, q, qAt + 5 * Lanes.N);
    for (int i = 0; i < ints; i += 2 * Lanes.N) {
      IntVector k0 = IntVector.fromArray(Lanes.INTS, k, i);
      IntVector k1 = IntVector.fromArray(Lanes.INTS, k, i + Lanes.N);
      FloatVector e0 = PackedProducts.even(k0, shift, mask);
      FloatVector o0 = PackedProducts.odd(k0, shift, mask);
      FloatVector e1 = PackedProducts.even(k1, shift, mask);
      FloatVector o1 = PackedProducts.odd(k1, shift, mask);
      int at = i / 2;
      LaneSums.pair(o0.fma(qo0, e0.mul(qe0)), o1.fma(qo0, e1.mul(qe0))).intoArray(pairs, at);
      LaneSums.pair(o0.fma(qo1, e0.mul(qe1)), o1.fma(qo1, e1.mul(qe1)))
          .intoArray(pairs, at + stride);
      LaneSums.pair(o0.fma(qo2, e0.mul(qe2)), o1.fma(qo2, e1.mul(qe2)))
          .intoArray(pairs, at + 2 * stride);
    }
  }

  private static void multiply2(
      int[] k, int ints, PackedFormat format, float[] q, int qAt, float[] pairs, int stride) {
    int shift = format.shift();
    int mask = format.mask();
    FloatVector qe0 = FloatVector.fromArray(Lanes.FLOATS, q, qAt);
    FloatVector qo0 = FloatVector.fromArray(Lanes.FLOATS, q, qAt + Lanes.N);
    FloatVector qe1 = FloatVector.fromArray(Lanes.FLOATS, q, qAt + 2 * Lanes.N);
    FloatVector qo1 = FloatVector.fromArray(Lanes.FLOATS, q, qAt + 3 * Lanes.N);
    for (int i = 0; i < ints; i += 2 * Lanes.N) {
      IntVector k0 = IntVector.fromArray(Lanes.INTS, k, i);
      IntVector k1 = IntVector.fromArray(Lanes.INTS, k, i + Lanes.N);
      FloatVector e0 = PackedProducts.even(k0, shift, mask);
      FloatVector o0 = PackedProducts.odd(k0, shift, mask);
      FloatVector e1 = PackedProducts.even(k1, shift, mask);
      FloatVector o1 = PackedProducts.odd(k1, shift, mask);
      LaneSums.pair(o0.fma(qo0, e0.mul(qe0)), o1.fma(qo0, e1.mul(qe0))).intoArray(pairs, i / 2);
      LaneSums.pair(o0.fma(qo1, e0.mul(qe1)), o1.fma(qo1, e1.mul(qe1)))
          .intoArray(pairs, i / 2 + stride);
    }
  }

  private static void multiply1(
      int[] k, int ints, PackedFormat format, float[] q, int qAt, float[] pairs) {
    int shift = format.shift();
    int mask = format.mask();
    FloatVector qe = FloatVector.fromArray(Lanes.FLOATS, q, qAt);
    FloatVector qo = FloatVector.fromArray(Lanes.FLOATS, q, qAt + Lanes.N);
    for (int i = 0; i < ints; i += 2 * Lanes.N) {
      IntVector k0 = IntVector.fromArray(Lanes.INTS, k, i);
      IntVector k1 = IntVector.fromArray(Lanes.INTS, k, i + Lanes.N);
      FloatVector a0 =
          PackedProducts.odd(k0, shift, mask).fma(qo, PackedProducts.even(k0, shift, mask).mul(qe));
      FloatVector a1 =
          PackedProducts.odd(k1, shift, mask).fma(qo, PackedProducts.even(k1, shift, mask).mul(qe));
      LaneSums.pair(a0, a1).intoArray(pairs, i / 2);
    }
  }

  private static void finish(
      float[] pairs,
      int from,
      int keys,
      int width,
      VectorShuffle<Float> order,
      float[] s,
      int sAt) {
    switch (width) {
      case 8 -> {
        for (int key = 0; key < keys; key += Lanes.N) {
          int at = from + key * 4;
          FloatVector a =
              LaneSums.join2(
                  FloatVector.fromArray(Lanes.FLOATS, pairs, at),
                  FloatVector.fromArray(Lanes.FLOATS, pairs, at + Lanes.N));
          FloatVector b =
              LaneSums.join2(
                  FloatVector.fromArray(Lanes.FLOATS, pairs, at + 2 * Lanes.N),
                  FloatVector.fromArray(Lanes.FLOATS, pairs, at + 3 * Lanes.N));
          LaneSums.join4(a, b).rearrange(order).intoArray(s, sAt + key);
        }
      }
      case 4 -> {
        for (int key = 0; key < keys; key += Lanes.N) {
          int at = from + key * 2;
          FloatVector a = FloatVector.fromArray(Lanes.FLOATS, pairs, at);
          FloatVector b = FloatVector.fromArray(Lanes.FLOATS, pairs, at + Lanes.N);
          LaneSums.join2(a, b).rearrange(order).intoArray(s, sAt + key);
        }
      }
      default -> {
        for (int key = 0; key < keys; key += Lanes.N) {
          FloatVector.fromArray(Lanes.FLOATS, pairs, from + key)
              .rearrange(order)
              .intoArray(s, sAt + key);
        }
      }
    }
  }
}
