package dev.winnow.kernels.cpu;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/**
 * What {@link RowProducts} computes, straight from sixteen-bit rows: two elements to an int, read
 * as {@link PackedFormat} says, so that even and odd elements form vectors of their own.
 *
 * <p>Queries and results are split likewise, and whoever multiplies with a row has the format's
 * scale in it.
 */
final class PackedProducts {
  private PackedProducts() {}

  /**
   * {@code s[j, sAt + i] = q[j] . k[i]} for i in {@code [0, keys)}.
   *
   * <p>Rows up to the next multiple of 4 are read, and a vector of scores written at each fourth.
   *
   * @param k {@code [keys, width]}, width a multiple of the lanes
   * @param q {@code [queries, 2 * width]}
   * @param pairs scratch memory, {@code [3, keys / 2 + 1, N]}
   */
  static void scores(
      int[] k,
      int keys,
      int width,
      PackedFormat format,
      float[] q,
      int queries,
      float[] s,
      int sAt,
      int sStride,
      float[] pairs) {
    int stride = (keys + 3) / 4 * 2 * Lanes.N;
    int j = 0;
    while (j < queries) {
      int qAt = 2 * j * width;
      int block = RowProducts.blockOf(queries - j);
      switch (block) {
        case 3 -> scores3(k, keys, width, format, q, qAt, pairs, stride);
        case 2 -> scores2(k, keys, width, format, q, qAt, pairs, stride);
        default -> scores1(k, keys, width, format, q, qAt, pairs);
      }
      for (int i = 0; i < block; i++) {
        LaneSums.finish(pairs, i * stride, keys, s, sAt + (j + i) * sStride);
      }
      j += block;
    }
  }

  /**
   * {@code o[j] += sum p[j, pAt + i] * v[i]} over i in {@code [0, keys)}.
   *
   * @param v {@code [keys, width]}, width a multiple of the lanes
   * @param o {@code [queries, 2 * width]}
   */
  static void addValues(
      float[] p,
      int pAt,
      int pStride,
      int queries,
      int[] v,
      int keys,
      int width,
      PackedFormat format,
      float[] o) {
    int j = 0;
    while (j < queries) {
      int at = pAt + j * pStride;
      int oAt = 2 * j * width;
      int block = RowProducts.blockOf(queries - j);
      switch (block) {
        case 3 -> add3(p, at, pStride, v, keys, width, format, o, oAt);
        case 2 -> add2(p, at, pStride, v, keys, width, format, o, oAt);
        default -> add1(p, at, v, keys, width, format, o, oAt);
      }
      j += block;
    }
  }

  static FloatVector even(IntVector x, int shift, int mask) {
    return odd(x.lanewise(VectorOperators.LSHL, 16), shift, mask);
  }

  static FloatVector odd(IntVector x, int shift, int mask) {
    return x.lanewise(VectorOperators.ASHR, shift)
        .lanewise(VectorOperators.AND, mask)
        .reinterpretAsFloats();
  }

  private static void scores3(
      int[] k,
      int keys,
      int width,
      PackedFormat format,
      float[] q,
      int qAt,
      float[] pairs,
      int stride) {
    int shift = format.shift();
    int mask = format.mask();
    for (int key = 0; key < keys; key += 2) {
      int kAt = key * width;
      FloatVector a00 = FloatVector.zero(Lanes.FLOATS);
      FloatVector a01 = FloatVector.zero(Lanes.FLOATS);
      FloatVector a10 = FloatVector.zero(Lanes.FLOATS);
      FloatVector a11 = FloatVector.zero(Lanes.FLOATS);
      FloatVector a20 = FloatVector.zero(Lanes.FLOATS);
      FloatVector a21 = FloatVector.zero(Lanes.FLOATS);
      for (int w = 0; w < width; w += Lanes.N) {
        int d = qAt + 2 * w;
        IntVector k0 = IntVector.fromArray(Lanes.INTS, k, kAt + w);
        FloatVector e0 = even(k0, shift, mask);
        FloatVector o0 = odd(k0, shift, mask);
        IntVector k1 = IntVector.fromArray(Lanes.INTS, k, kAt + width + w);
        FloatVector e1 = even(k1, shift, mask);
        FloatVector o1 = odd(k1, shift, mask);
        FloatVector qe0 = FloatVector.fromArray(Lanes.FLOATS, q, d);
        a00 = e0.fma(qe0, a00);
        a01 = e1.fma(qe0, a01);
        FloatVector qo0 = FloatVector.fromArray(Lanes.FLOATS, q, d + Lanes.N);
        a00 = o0.fma(qo0, a00);
        a01 = o1.fma(qo0, a01);
        FloatVector qe1 = FloatVector.fromArray(Lanes.FLOATS, q, d + 2 * width);
        a10 = e0.fma(qe1, a10);
        a11 = e1.fma(qe1, a11);
        FloatVector qo1 = FloatVector.fromArray(Lanes.FLOATS, q, d + 2 * width + Lanes.N);
        a10 = o0.fma(qo1, a10);
        a11 = o1.fma(qo1, a11);
        FloatVector qe2 = FloatVector.fromArray(Lanes.FLOATS, q, d + 4 * width);
        a20 = e0.fma(qe2, a20);
        a21 = e1.fma(qe2, a21);
        FloatVector qo2 = FloatVector.fromArray(Lanes.FLOATS, q, d + 4 * width + Lanes.N);
        a20 = o0.fma(qo2, a20);
        a21 = o1.fma(qo2, a21);
      }
      int at = key / 2 * Lanes.N;
      LaneSums.pair(a00, a01).intoArray(pairs, at);
      LaneSums.pair(a10, a11).intoArray(pairs, at + stride);
      LaneSums.pair(a20, a21).intoArray(pairs, at + 2 * stride);
    }
  }

  private static void scores2(
      int[] k,
      int keys,
      int width,
      PackedFormat format,
      float[] q,
      int qAt,
      float[] pairs,
      int stride) {
    int shift = format.shift();
    int mask = format.mask();
    for (int key = 0; key < keys; key += 2) {
      int kAt = key * width;
      FloatVector a00 = FloatVector.zero(Lanes.FLOATS);
      FloatVector a01 = FloatVector.zero(Lanes.FLOATS);
      FloatVector a10 = FloatVector.zero(Lanes.FLOATS);
      FloatVector a11 = FloatVector.zero(Lanes.FLOATS);
      for (int w = 0; w < width; w += Lanes.N) {
        int d = qAt + 2 * w;
        IntVector k0 = IntVector.fromArray(Lanes.INTS, k, kAt + w);
        FloatVector e0 = even(k0, shift, mask);
        FloatVector o0 = odd(k0, shift, mask);
        IntVector k1 = IntVector.fromArray(Lanes.INTS, k, kAt + width + w);
        FloatVector e1 = even(k1, shift, mask);
        FloatVector o1 = odd(k1, shift, mask);
        FloatVector qe0 = FloatVector.fromArray(Lanes.FLOATS, q, d);
        a00 = e0.fma(qe0, a00);
        a01 = e1.fma(qe0, a01);
        FloatVector qo0 = FloatVector.fromArray(Lanes.FLOATS, q, d + Lanes.N);
        a00 = o0.fma(qo0, a00);
        a01 = o1.fma(qo0, a01);
        FloatVector qe1 = FloatVector.fromArray(Lanes.FLOATS, q, d + 2 * width);
        a10 = e0.fma(qe1, a10);
        a11 = e1.fma(qe1, a11);
        FloatVector qo1 = FloatVector.fromArray(Lanes.FLOATS, q, d + 2 * width + Lanes.N);
        a10 = o0.fma(qo1, a10);
        a11 = o1.fma(qo1, a11);
      }
      int at = key / 2 * Lanes.N;
      LaneSums.pair(a00, a01).intoArray(pairs, at);
      LaneSums.pair(a10, a11).intoArray(pairs, at + stride);
    }
  }

  private static void scores1(
      int[] k, int keys, int width, PackedFormat format, float[] q, int qAt, float[] pairs) {
    int shift = format.shift();
    int mask = format.mask();
    for (int key = 0; key < keys; key += 2) {
      int kAt = key * width;
      FloatVector a00 = FloatVector.zero(Lanes.FLOATS);
      FloatVector a01 = FloatVector.zero(Lanes.FLOATS);
      for (int w = 0; w < width; w += Lanes.N) {
        int d = qAt + 2 * w;
        IntVector k0 = IntVector.fromArray(Lanes.INTS, k, kAt + w);
        FloatVector e0 = even(k0, shift, mask);
        FloatVector o0 = odd(k0, shift, mask);
        IntVector k1 = IntVector.fromArray(Lanes.INTS, k, kAt + width + w);
        FloatVector e1 = even(k1, shift, mask);
        FloatVector o1 = odd(k1, shift, mask);
        FloatVector qe0 = FloatVector.fromArray(Lanes.FLOATS, q, d);
        a00 = e0.fma(qe0, a00);
        a01 = e1.fma(qe0, a01);
        FloatVector qo0 = FloatVector.fromArray(Lanes.FLOATS, q, d + Lanes.N);
        a00 = o0.fma(qo0, a00);
        a01 = o1.fma(qo0, a01);
      }
      int at = key / 2 * Lanes.N;
      LaneSums.pair(a00, a01).intoArray(pairs, at);
    }
  }

  private static void add3(
      float[] p,
      int pAt,
      int pStride,
      int[] v,
      int keys,
      int width,
      PackedFormat format,
      float[] o,
      int oAt) {
    int shift = format.shift();
    int mask = format.mask();
    int w = 0;
    for (; w <= width - 2 * Lanes.N; w += 2 * Lanes.N) {
      int at0 = oAt + 2 * w;
      FloatVector a00 = FloatVector.fromArray(Lanes.FLOATS, o, at0);
      FloatVector a01 = FloatVector.fromArray(Lanes.FLOATS, o, at0 + Lanes.N);
      FloatVector a02 = FloatVector.fromArray(Lanes.FLOATS, o, at0 + 2 * Lanes.N);
      FloatVector a03 = FloatVector.fromArray(Lanes.FLOATS, o, at0 + 3 * Lanes.N);
      int at1 = oAt + 2 * width + 2 * w;
      FloatVector a10 = FloatVector.fromArray(Lanes.FLOATS, o, at1);
      FloatVector a11 = FloatVector.fromArray(Lanes.FLOATS, o, at1 + Lanes.N);
      FloatVector a12 = FloatVector.fromArray(Lanes.FLOATS, o, at1 + 2 * Lanes.N);
      FloatVector a13 = FloatVector.fromArray(Lanes.FLOATS, o, at1 + 3 * Lanes.N);
      int at2 = oAt + 4 * width + 2 * w;
      FloatVector a20 = FloatVector.fromArray(Lanes.FLOATS, o, at2);
      FloatVector a21 = FloatVector.fromArray(Lanes.FLOATS, o, at2 + Lanes.N);
      FloatVector a22 = FloatVector.fromArray(Lanes.FLOATS, o, at2 + 2 * Lanes.N);
      FloatVector a23 = FloatVector.fromArray(Lanes.FLOATS, o, at2 + 3 * Lanes.N);
      for (int key = 0; key < keys; key++) {
        int vAt = key * width + w;
        FloatVector p0 = FloatVector.broadcast(Lanes.FLOATS, p[pAt + key]);
        FloatVector p1 = FloatVector.broadcast(Lanes.FLOATS, p[pAt + pStride + key]);
        FloatVector p2 = FloatVector.broadcast(Lanes.FLOATS, p[pAt + 2 * pStride + key]);
        IntVector v0 = IntVector.fromArray(Lanes.INTS, v, vAt);
        FloatVector e0 = even(v0, shift, mask);
        a00 = p0.fma(e0, a00);
        a10 = p1.fma(e0, a10);
        a20 = p2.fma(e0, a20);
        FloatVector o0 = odd(v0, shift, mask);
        a01 = p0.fma(o0, a01);
        a11 = p1.fma(o0, a11);
        a21 = p2.fma(o0, a21);
        IntVector v1 = IntVector.fromArray(Lanes.INTS, v, vAt + Lanes.N);
        FloatVector e1 = even(v1, shift, mask);
        a02 = p0.fma(e1, a02);
        a12 = p1.fma(e1, a12);
        a22 = p2.fma(e1, a22);
        FloatVector o1 = odd(v1, shift, mask);
        a03 = p0.fma(o1, a03);
        a13 = p1.fma(o1, a13);
        a23 = p2.fma(o1, a23);
      }
      a00.intoArray(o, at0);
      a01.intoArray(o, at0 + Lanes.N);
      a02.intoArray(o, at0 + 2 * Lanes.N);
      a03.intoArray(o, at0 + 3 * Lanes.N);
      a10.intoArray(o, at1);
      a11.intoArray(o, at1 + Lanes.N);
      a12.intoArray(o, at1 + 2 * Lanes.N);
      a13.intoArray(o, at1 + 3 * Lanes.N);
      a20.intoArray(o, at2);
      a21.intoArray(o, at2 + Lanes.N);
      a22.intoArray(o, at2 + 2 * Lanes.N);
      a23.intoArray(o, at2 + 3 * Lanes.N);
    }
    for (; w <= width - Lanes.N; w += Lanes.N) {
      int at0 = oAt + 2 * w;
      FloatVector a00 = FloatVector.fromArray(Lanes.FLOATS, o, at0);
      FloatVector a01 = FloatVector.fromArray(Lanes.FLOATS, o, at0 + Lanes.N);
      int at1 = oAt + 2 * width + 2 * w;
      FloatVector a10 = FloatVector.fromArray(Lanes.FLOATS, o, at1);
      FloatVector a11 = FloatVector.fromArray(Lanes.FLOATS, o, at1 + Lanes.N);
      int at2 = oAt + 4 * width + 2 * w;
      FloatVector a20 = FloatVector.fromArray(Lanes.FLOATS, o, at2);
      FloatVector a21 = FloatVector.fromArray(Lanes.FLOATS, o, at2 + Lanes.N);
      for (int key = 0; key < keys; key++) {
        int vAt = key * width + w;
        FloatVector p0 = FloatVector.broadcast(Lanes.FLOATS, p[pAt + key]);
        FloatVector p1 = FloatVector.broadcast(Lanes.FLOATS, p[pAt + pStride + key]);
        FloatVector p2 = FloatVector.broadcast(Lanes.FLOATS, p[pAt + 2 * pStride + key]);
        IntVector v0 = IntVector.fromArray(Lanes.INTS, v, vAt);
        FloatVector e0 = even(v0, shift, mask);
        a00 = p0.fma(e0, a00);
        a10 = p1.fma(e0, a10);
        a20 = p2.fma(e0, a20);
        FloatVector o0 = odd(v0, shift, mask);
        a01 = p0.fma(o0, a01);
        a11 = p1.fma(o0, a11);
        a21 = p2.fma(o0, a21);
      }
      a00.intoArray(o, at0);
      a01.intoArray(o, at0 + Lanes.N);
      a10.intoArray(o, at1);
      a11.intoArray(o, at1 + Lanes.N);
      a20.intoArray(o, at2);
      a21.intoArray(o, at2 + Lanes.N);
    }
  }

  private static void add2(
      float[] p,
      int pAt,
      int pStride,
      int[] v,
      int keys,
      int width,
      PackedFormat format,
      float[] o,
      int oAt) {
    int shift = format.shift();
    int mask = format.mask();
    int w = 0;
    for (; w <= width - 2 * Lanes.N; w += 2 * Lanes.N) {
      int at0 = oAt + 2 * w;
      FloatVector a00 = FloatVector.fromArray(Lanes.FLOATS, o, at0);
      FloatVector a01 = FloatVector.fromArray(Lanes.FLOATS, o, at0 + Lanes.N);
      FloatVector a02 = FloatVector.fromArray(Lanes.FLOATS, o, at0 + 2 * Lanes.N);
      FloatVector a03 = FloatVector.fromArray(Lanes.FLOATS, o, at0 + 3 * Lanes.N);
      int at1 = oAt + 2 * width + 2 * w;
      FloatVector a10 = FloatVector.fromArray(Lanes.FLOATS, o, at1);
      FloatVector a11 = FloatVector.fromArray(Lanes.FLOATS, o, at1 + Lanes.N);
      FloatVector a12 = FloatVector.fromArray(Lanes.FLOATS, o, at1 + 2 * Lanes.N);
      FloatVector a13 = FloatVector.fromArray(Lanes.FLOATS, o, at1 + 3 * Lanes.N);
      for (int key = 0; key < keys; key++) {
        int vAt = key * width + w;
        FloatVector p0 = FloatVector.broadcast(Lanes.FLOATS, p[pAt + key]);
        FloatVector p1 = FloatVector.broadcast(Lanes.FLOATS, p[pAt + pStride + key]);
        IntVector v0 = IntVector.fromArray(Lanes.INTS, v, vAt);
        FloatVector e0 = even(v0, shift, mask);
        a00 = p0.fma(e0, a00);
        a10 = p1.fma(e0, a10);
        FloatVector o0 = odd(v0, shift, mask);
        a01 = p0.fma(o0, a01);
        a11 = p1.fma(o0, a11);
        IntVector v1 = IntVector.fromArray(Lanes.INTS, v, vAt + Lanes.N);
        FloatVector e1 = even(v1, shift, mask);
        a02 = p0.fma(e1, a02);
        a12 = p1.fma(e1, a12);
        FloatVector o1 = odd(v1, shift, mask);
        a03 = p0.fma(o1, a03);
        a13 = p1.fma(o1, a13);
      }
      a00.intoArray(o, at0);
      a01.intoArray(o, at0 + Lanes.N);
      a02.intoArray(o, at0 + 2 * Lanes.N);
      a03.intoArray(o, at0 + 3 * Lanes.N);
      a10.intoArray(o, at1);
      a11.intoArray(o, at1 + Lanes.N);
      a12.intoArray(o, at1 + 2 * Lanes.N);
      a13.intoArray(o, at1 + 3 * Lanes.N);
    }
    for (; w <= width - Lanes.N; w += Lanes.N) {
      int at0 = oAt + 2 * w;
      FloatVector a00 = FloatVector.fromArray(Lanes.FLOATS, o, at0);
      FloatVector a01 = FloatVector.fromArray(Lanes.FLOATS, o, at0 + Lanes.N);
      int at1 = oAt + 2 * width + 2 * w;
      FloatVector a10 = FloatVector.fromArray(Lanes.FLOATS, o, at1);
      FloatVector a11 = FloatVector.fromArray(Lanes.FLOATS, o, at1 + Lanes.N);
      for (int key = 0; key < keys; key++) {
        int vAt = key * width + w;
        FloatVector p0 = FloatVector.broadcast(Lanes.FLOATS, p[pAt + key]);
        FloatVector p1 = FloatVector.broadcast(Lanes.FLOATS, p[pAt + pStride + key]);
        IntVector v0 = IntVector.fromArray(Lanes.INTS, v, vAt);
        FloatVector e0 = even(v0, shift, mask);
        a00 = p0.fma(e0, a00);
        a10 = p1.fma(e0, a10);
        FloatVector o0 = odd(v0, shift, mask);
        a01 = p0.fma(o0, a01);
        a11 = p1.fma(o0, a11);
      }
      a00.intoArray(o, at0);
      a01.intoArray(o, at0 + Lanes.N);
      a10.intoArray(o, at1);
      a11.intoArray(o, at1 + Lanes.N);
    }
  }

  private static void add1(
      float[] p, int pAt, int[] v, int keys, int width, PackedFormat format, float[] o, int oAt) {
    int shift = format.shift();
    int mask = format.mask();
    int w = 0;
    for (; w <= width - 2 * Lanes.N; w += 2 * Lanes.N) {
      int at0 = oAt + 2 * w;
      FloatVector a00 = FloatVector.fromArray(Lanes.FLOATS, o, at0);
      FloatVector a01 = FloatVector.fromArray(Lanes.FLOATS, o, at0 + Lanes.N);
      FloatVector a02 = FloatVector.fromArray(Lanes.FLOATS, o, at0 + 2 * Lanes.N);
      FloatVector a03 = FloatVector.fromArray(Lanes.FLOATS, o, at0 + 3 * Lanes.N);
      for (int key = 0; key < keys; key++) {
        int vAt = key * width + w;
        FloatVector p0 = FloatVector.broadcast(Lanes.FLOATS, p[pAt + key]);
        IntVector v0 = IntVector.fromArray(Lanes.INTS, v, vAt);
        FloatVector e0 = even(v0, shift, mask);
        a00 = p0.fma(e0, a00);
        FloatVector o0 = odd(v0, shift, mask);
        a01 = p0.fma(o0, a01);
        IntVector v1 = IntVector.fromArray(Lanes.INTS, v, vAt + Lanes.N);
        FloatVector e1 = even(v1, shift, mask);
        a02 = p0.fma(e1, a02);
        FloatVector o1 = odd(v1, shift, mask);
        a03 = p0.fma(o1, a03);
      }
      a00.intoArray(o, at0);
      a01.intoArray(o, at0 + Lanes.N);
      a02.intoArray(o, at0 + 2 * Lanes.N);
      a03.intoArray(o, at0 + 3 * Lanes.N);
    }
    for (; w <= width - Lanes.N; w += Lanes.N) {
      int at0 = oAt + 2 * w;
      FloatVector a00 = FloatVector.fromArray(Lanes.FLOATS, o, at0);
      FloatVector a01 = FloatVector.fromArray(Lanes.FLOATS, o, at0 + Lanes.N);
      for (int key = 0; key < keys; key++) {
        int vAt = key * width + w;
        FloatVector p0 = FloatVector.broadcast(Lanes.FLOATS, p[pAt + key]);
        IntVector v0 = IntVector.fromArray(Lanes.INTS, v, vAt);
        FloatVector e0 = even(v0, shift, mask);
        a00 = p0.fma(e0, a00);
        FloatVector o0 = odd(v0, shift, mask);
        a01 = p0.fma(o0, a01);
      }
      a00.intoArray(o, at0);
      a01.intoArray(o, at0 + Lanes.N);
    }
  }
}
