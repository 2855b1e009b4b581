package dev.winnow.kernels.cpu;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/**
 * Products of a few queries with a tile of keys or values whose rows lie one after the other, lanes
 * over the elements of a head. Blocks of up to three queries share each load.
 */
final class RowProducts {
  private RowProducts() {}

  /**
   * {@code s[j, sAt + i] = q[j] . k[i]} for i in {@code [0, keys)}.
   *
   * <p>Rows are {@code stride} long, a multiple of the lanes, with zeros behind the last element.
   * Rows up to the next multiple of 4 are read, and as many scores written.
   */
  static void scores(
      float[] q, int queries, float[] k, int keys, int stride, float[] s, int sAt, int sStride) {
    int j = 0;
    while (j < queries) {
      int at = sAt + j * sStride;
      int block = blockOf(queries - j);
      switch (block) {
        case 3 -> scores3(q, j * stride, k, keys, stride, s, at, sStride);
        case 2 -> scores2(q, j * stride, k, keys, stride, s, at, sStride);
        default -> scores1(q, j * stride, k, keys, stride, s, at);
      }
      j += block;
    }
  }

  /**
   * {@code o[j] += sum p[j, pAt + i] * v[i]} over i in {@code [from, to)}, for queries {@code
   * [first, first + queries)}.
   */
  static void addValues(
      float[] p,
      int pAt,
      int pStride,
      int first,
      int queries,
      float[] v,
      int from,
      int to,
      int stride,
      float[] o) {
    int j = first;
    int end = first + queries;
    while (j < end) {
      int at = pAt + j * pStride;
      int block = blockOf(end - j);
      switch (block) {
        case 3 -> add3(p, at, pStride, v, from, to, stride, o, j * stride);
        case 2 -> add2(p, at, pStride, v, from, to, stride, o, j * stride);
        default -> add1(p, at, v, from, to, stride, o, j * stride);
      }
      j += block;
    }
  }

  /** How many of {@code left} queries go together: 4 make two pairs rather than 3 and 1. */
  static int blockOf(int left) {
    return left == 4 ? 2 : Math.min(left, 3);
  }

  private static void scores3(
      float[] q, int qAt, float[] k, int keys, int stride, float[] s, int sAt, int sStride) {
    for (int key = 0; key < keys; key += 4) {
      int kAt = key * stride;
      FloatVector a00 = FloatVector.zero(Lanes.FLOATS);
      FloatVector a01 = FloatVector.zero(Lanes.FLOATS);
      FloatVector a02 = FloatVector.zero(Lanes.FLOATS);
      FloatVector a03 = FloatVector.zero(Lanes.FLOATS);
      FloatVector a10 = FloatVector.zero(Lanes.FLOATS);
      FloatVector a11 = FloatVector.zero(Lanes.FLOATS);
      FloatVector a12 = FloatVector.zero(Lanes.FLOATS);
      FloatVector a13 = FloatVector.zero(Lanes.FLOATS);
      FloatVector a20 = FloatVector.zero(Lanes.FLOATS);
      FloatVector a21 = FloatVector.zero(Lanes.FLOATS);
      FloatVector a22 = FloatVector.zero(Lanes.FLOATS);
      FloatVector a23 = FloatVector.zero(Lanes.FLOATS);
      for (int d = 0; d < stride; d += Lanes.N) {
        FloatVector q0 = FloatVector.fromArray(Lanes.FLOATS, q, qAt + d);
        FloatVector q1 = FloatVector.fromArray(Lanes.FLOATS, q, qAt + stride + d);
        FloatVector q2 = FloatVector.fromArray(Lanes.FLOATS, q, qAt + 2 * stride + d);
        FloatVector k0 = FloatVector.fromArray(Lanes.FLOATS, k, kAt + d);
        a00 = q0.fma(k0, a00);
        a10 = q1.fma(k0, a10);
        a20 = q2.fma(k0, a20);
        FloatVector k1 = FloatVector.fromArray(Lanes.FLOATS, k, kAt + stride + d);
        a01 = q0.fma(k1, a01);
        a11 = q1.fma(k1, a11);
        a21 = q2.fma(k1, a21);
        FloatVector k2 = FloatVector.fromArray(Lanes.FLOATS, k, kAt + 2 * stride + d);
        a02 = q0.fma(k2, a02);
        a12 = q1.fma(k2, a12);
        a22 = q2.fma(k2, a22);
        FloatVector k3 = FloatVector.fromArray(Lanes.FLOATS, k, kAt + 3 * stride + d);
        a03 = q0.fma(k3, a03);
        a13 = q1.fma(k3, a13);
        a23 = q2.fma(k3, a23);
      }
      s[sAt + key + 0] = a00.reduceLanes(VectorOperators.ADD);
      s[sAt + key + 1] = a01.reduceLanes(VectorOperators.ADD);
      s[sAt + key + 2] = a02.reduceLanes(VectorOperators.ADD);
      s[sAt + key + 3] = a03.reduceLanes(VectorOperators.ADD);
      s[sAt + sStride + key + 0] = a10.reduceLanes(VectorOperators.ADD);
      s[sAt + sStride + key + 1] = a11.reduceLanes(VectorOperators.ADD);
      s[sAt + sStride + key + 2] = a12.reduceLanes(VectorOperators.ADD);
      s[sAt + sStride + key + 3] = a13.reduceLanes(VectorOperators.ADD);
      s[sAt + 2 * sStride + key + 0] = a20.reduceLanes(VectorOperators.ADD);
      s[sAt + 2 * sStride + key + 1] = a21.reduceLanes(VectorOperators.ADD);
      s[sAt + 2 * sStride + key + 2] = a22.reduceLanes(VectorOperators.ADD);
      s[sAt + 2 * sStride + key + 3] = a23.reduceLanes(VectorOperators.ADD);
    }
  }

  private static void scores2(
      float[] q, int qAt, float[] k, int keys, int stride, float[] s, int sAt, int sStride) {
    for (int key = 0; key < keys; key += 4) {
      int kAt = key * stride;
      FloatVector a00 = FloatVector.zero(Lanes.FLOATS);
      FloatVector a01 = FloatVector.zero(Lanes.FLOATS);
      FloatVector a02 = FloatVector.zero(Lanes.FLOATS);
      FloatVector a03 = FloatVector.zero(Lanes.FLOATS);
      FloatVector a10 = FloatVector.zero(Lanes.FLOATS);
      FloatVector a11 = FloatVector.zero(Lanes.FLOATS);
      FloatVector a12 = FloatVector.zero(Lanes.FLOATS);
      FloatVector a13 = FloatVector.zero(Lanes.FLOATS);
      for (int d = 0; d < stride; d += Lanes.N) {
        FloatVector q0 = FloatVector.fromArray(Lanes.FLOATS, q, qAt + d);
        FloatVector q1 = FloatVector.fromArray(Lanes.FLOATS, q, qAt + stride + d);
        FloatVector k0 = FloatVector.fromArray(Lanes.FLOATS, k, kAt + d);
        a00 = q0.fma(k0, a00);
        a10 = q1.fma(k0, a10);
        FloatVector k1 = FloatVector.fromArray(Lanes.FLOATS, k, kAt + stride + d);
        a01 = q0.fma(k1, a01);
        a11 = q1.fma(k1, a11);
        FloatVector k2 = FloatVector.fromArray(Lanes.FLOATS, k, kAt + 2 * stride + d);
        a02 = q0.fma(k2, a02);
        a12 = q1.fma(k2, a12);
        FloatVector k3 = FloatVector.fromArray(Lanes.FLOATS, k, kAt + 3 * stride + d);
        a03 = q0.fma(k3, a03);
        a13 = q1.fma(k3, a13);
      }
      s[sAt + key + 0] = a00.reduceLanes(VectorOperators.ADD);
      s[sAt + key + 1] = a01.reduceLanes(VectorOperators.ADD);
      s[sAt + key + 2] = a02.reduceLanes(VectorOperators.ADD);
      s[sAt + key + 3] = a03.reduceLanes(VectorOperators.ADD);
      s[sAt + sStride + key + 0] = a10.reduceLanes(VectorOperators.ADD);
      s[sAt + sStride + key + 1] = a11.reduceLanes(VectorOperators.ADD);
      s[sAt + sStride + key + 2] = a12.reduceLanes(VectorOperators.ADD);
      s[sAt + sStride + key + 3] = a13.reduceLanes(VectorOperators.ADD);
    }
  }

  private static void scores1(
      float[] q, int qAt, float[] k, int keys, int stride, float[] s, int sAt) {
    for (int key = 0; key < keys; key += 4) {
      int kAt = key * stride;
      FloatVector a00 = FloatVector.zero(Lanes.FLOATS);
      FloatVector a01 = FloatVector.zero(Lanes.FLOATS);
      FloatVector a02 = FloatVector.zero(Lanes.FLOATS);
      FloatVector a03 = FloatVector.zero(Lanes.FLOATS);
      for (int d = 0; d < stride; d += Lanes.N) {
        FloatVector q0 = FloatVector.fromArray(Lanes.FLOATS, q, qAt + d);
        FloatVector k0 = FloatVector.fromArray(Lanes.FLOATS, k, kAt + d);
        a00 = q0.fma(k0, a00);
        FloatVector k1 = FloatVector.fromArray(Lanes.FLOATS, k, kAt + stride + d);
        a01 = q0.fma(k1, a01);
        FloatVector k2 = FloatVector.fromArray(Lanes.FLOATS, k, kAt + 2 * stride + d);
        a02 = q0.fma(k2, a02);
        FloatVector k3 = FloatVector.fromArray(Lanes.FLOATS, k, kAt + 3 * stride + d);
        a03 = q0.fma(k3, a03);
      }
      s[sAt + key + 0] = a00.reduceLanes(VectorOperators.ADD);
      s[sAt + key + 1] = a01.reduceLanes(VectorOperators.ADD);
      s[sAt + key + 2] = a02.reduceLanes(VectorOperators.ADD);
      s[sAt + key + 3] = a03.reduceLanes(VectorOperators.ADD);
    }
  }

  private static void add3(
      float[] p,
      int pAt,
      int pStride,
      float[] v,
      int from,
      int to,
      int stride,
      float[] o,
      int oAt) {
    int d = 0;
    for (; d <= stride - 2 * Lanes.N; d += 2 * Lanes.N) {
      FloatVector a00 = FloatVector.fromArray(Lanes.FLOATS, o, oAt + d);
      FloatVector a01 = FloatVector.fromArray(Lanes.FLOATS, o, oAt + d + Lanes.N);
      FloatVector a10 = FloatVector.fromArray(Lanes.FLOATS, o, oAt + stride + d);
      FloatVector a11 = FloatVector.fromArray(Lanes.FLOATS, o, oAt + stride + d + Lanes.N);
      FloatVector a20 = FloatVector.fromArray(Lanes.FLOATS, o, oAt + 2 * stride + d);
      FloatVector a21 = FloatVector.fromArray(Lanes.FLOATS, o, oAt + 2 * stride + d + Lanes.N);
      for (int key = from; key < to; key++) {
        FloatVector v0 = FloatVector.fromArray(Lanes.FLOATS, v, key * stride + d);
        FloatVector v1 = FloatVector.fromArray(Lanes.FLOATS, v, key * stride + d + Lanes.N);
        FloatVector p0 = FloatVector.broadcast(Lanes.FLOATS, p[pAt + key]);
        a00 = p0.fma(v0, a00);
        a01 = p0.fma(v1, a01);
        FloatVector p1 = FloatVector.broadcast(Lanes.FLOATS, p[pAt + pStride + key]);
        a10 = p1.fma(v0, a10);
        a11 = p1.fma(v1, a11);
        FloatVector p2 = FloatVector.broadcast(Lanes.FLOATS, p[pAt + 2 * pStride + key]);
        a20 = p2.fma(v0, a20);
        a21 = p2.fma(v1, a21);
      }
      a00.intoArray(o, oAt + d);
      a01.intoArray(o, oAt + d + Lanes.N);
      a10.intoArray(o, oAt + stride + d);
      a11.intoArray(o, oAt + stride + d + Lanes.N);
      a20.intoArray(o, oAt + 2 * stride + d);
      a21.intoArray(o, oAt + 2 * stride + d + Lanes.N);
    }
    for (; d <= stride - Lanes.N; d += Lanes.N) {
      FloatVector a00 = FloatVector.fromArray(Lanes.FLOATS, o, oAt + d);
      FloatVector a10 = FloatVector.fromArray(Lanes.FLOATS, o, oAt + stride + d);
      FloatVector a20 = FloatVector.fromArray(Lanes.FLOATS, o, oAt + 2 * stride + d);
      for (int key = from; key < to; key++) {
        FloatVector v0 = FloatVector.fromArray(Lanes.FLOATS, v, key * stride + d);
        FloatVector p0 = FloatVector.broadcast(Lanes.FLOATS, p[pAt + key]);
        a00 = p0.fma(v0, a00);
        FloatVector p1 = FloatVector.broadcast(Lanes.FLOATS, p[pAt + pStride + key]);
        a10 = p1.fma(v0, a10);
        FloatVector p2 = FloatVector.broadcast(Lanes.FLOATS, p[pAt + 2 * pStride + key]);
        a20 = p2.fma(v0, a20);
      }
      a00.intoArray(o, oAt + d);
      a10.intoArray(o, oAt + stride + d);
      a20.intoArray(o, oAt + 2 * stride + d);
    }
  }

  private static void add2(
      float[] p,
      int pAt,
      int pStride,
      float[] v,
      int from,
      int to,
      int stride,
      float[] o,
      int oAt) {
    int d = 0;
    for (; d <= stride - 2 * Lanes.N; d += 2 * Lanes.N) {
      FloatVector a00 = FloatVector.fromArray(Lanes.FLOATS, o, oAt + d);
      FloatVector a01 = FloatVector.fromArray(Lanes.FLOATS, o, oAt + d + Lanes.N);
      FloatVector a10 = FloatVector.fromArray(Lanes.FLOATS, o, oAt + stride + d);
      FloatVector a11 = FloatVector.fromArray(Lanes.FLOATS, o, oAt + stride + d + Lanes.N);
      for (int key = from; key < to; key++) {
        FloatVector v0 = FloatVector.fromArray(Lanes.FLOATS, v, key * stride + d);
        FloatVector v1 = FloatVector.fromArray(Lanes.FLOATS, v, key * stride + d + Lanes.N);
        FloatVector p0 = FloatVector.broadcast(Lanes.FLOATS, p[pAt + key]);
        a00 = p0.fma(v0, a00);
        a01 = p0.fma(v1, a01);
        FloatVector p1 = FloatVector.broadcast(Lanes.FLOATS, p[pAt + pStride + key]);
        a10 = p1.fma(v0, a10);
        a11 = p1.fma(v1, a11);
      }
      a00.intoArray(o, oAt + d);
      a01.intoArray(o, oAt + d + Lanes.N);
      a10.intoArray(o, oAt + stride + d);
      a11.intoArray(o, oAt + stride + d + Lanes.N);
    }
    for (; d <= stride - Lanes.N; d += Lanes.N) {
      FloatVector a00 = FloatVector.fromArray(Lanes.FLOATS, o, oAt + d);
      FloatVector a10 = FloatVector.fromArray(Lanes.FLOATS, o, oAt + stride + d);
      for (int key = from; key < to; key++) {
        FloatVector v0 = FloatVector.fromArray(Lanes.FLOATS, v, key * stride + d);
        FloatVector p0 = FloatVector.broadcast(Lanes.FLOATS, p[pAt + key]);
        a00 = p0.fma(v0, a00);
        FloatVector p1 = FloatVector.broadcast(Lanes.FLOATS, p[pAt + pStride + key]);
        a10 = p1.fma(v0, a10);
      }
      a00.intoArray(o, oAt + d);
      a10.intoArray(o, oAt + stride + d);
    }
  }

  private static void add1(
      float[] p, int pAt, float[] v, int from, int to, int stride, float[] o, int oAt) {
    int d = 0;
    for (; d <= stride - 2 * Lanes.N; d += 2 * Lanes.N) {
      FloatVector a00 = FloatVector.fromArray(Lanes.FLOATS, o, oAt + d);
      FloatVector a01 = FloatVector.fromArray(Lanes.FLOATS, o, oAt + d + Lanes.N);
      for (int key = from; key < to; key++) {
        FloatVector v0 = FloatVector.fromArray(Lanes.FLOATS, v, key * stride + d);
        FloatVector v1 = FloatVector.fromArray(Lanes.FLOATS, v, key * stride + d + Lanes.N);
        FloatVector p0 = FloatVector.broadcast(Lanes.FLOATS, p[pAt + key]);
        a00 = p0.fma(v0, a00);
        a01 = p0.fma(v1, a01);
      }
      a00.intoArray(o, oAt + d);
      a01.intoArray(o, oAt + d + Lanes.N);
    }
    for (; d <= stride - Lanes.N; d += Lanes.N) {
      FloatVector a00 = FloatVector.fromArray(Lanes.FLOATS, o, oAt + d);
      for (int key = from; key < to; key++) {
        FloatVector v0 = FloatVector.fromArray(Lanes.FLOATS, v, key * stride + d);
        FloatVector p0 = FloatVector.broadcast(Lanes.FLOATS, p[pAt + key]);
        a00 = p0.fma(v0, a00);
      }
      a00.intoArray(o, oAt + d);
    }
  }
}
