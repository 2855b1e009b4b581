package dev.winnow.kernels.cpu;

import jdk.incubator.vector.FloatVector;

/**
 * Products of a strip of queries with a tile of keys or values, lanes over the queries: elements of
 * keys and values are broadcast, so the tile needs no transposition.
 *
 * <p>A strip is two vectors wide; four rows of results are held in registers at a time.
 */
final class StripProducts {
  /** Queries per strip. */
  static final int WIDTH = 2 * Lanes.N;

  private StripProducts() {}

  /**
   * {@code s[key, j] = k[key] . q[j]} for keys {@code [from, to)}, multiples of 4.
   *
   * @param k {@code [keys, stride]}
   * @param q {@code [headDim, WIDTH]} from {@code qAt}
   * @param s {@code [keys, WIDTH]}
   */
  static void scores(
      float[] k, int stride, int from, int to, float[] q, int qAt, int headDim, float[] s) {
    for (int key = from; key < to; key += 4) {
      int at = key * stride;
      FloatVector c00 = FloatVector.zero(Lanes.FLOATS);
      FloatVector c01 = FloatVector.zero(Lanes.FLOATS);
      FloatVector c10 = FloatVector.zero(Lanes.FLOATS);
      FloatVector c11 = FloatVector.zero(Lanes.FLOATS);
      FloatVector c20 = FloatVector.zero(Lanes.FLOATS);
      FloatVector c21 = FloatVector.zero(Lanes.FLOATS);
      FloatVector c30 = FloatVector.zero(Lanes.FLOATS);
      FloatVector c31 = FloatVector.zero(Lanes.FLOATS);
      for (int d = 0; d < headDim; d++) {
        FloatVector b0 = FloatVector.fromArray(Lanes.FLOATS, q, qAt + d * WIDTH);
        FloatVector b1 = FloatVector.fromArray(Lanes.FLOATS, q, qAt + d * WIDTH + Lanes.N);
        FloatVector a0 = FloatVector.broadcast(Lanes.FLOATS, k[at + d]);
        c00 = a0.fma(b0, c00);
        c01 = a0.fma(b1, c01);
        FloatVector a1 = FloatVector.broadcast(Lanes.FLOATS, k[at + 1 * stride + d]);
        c10 = a1.fma(b0, c10);
        c11 = a1.fma(b1, c11);
        FloatVector a2 = FloatVector.broadcast(Lanes.FLOATS, k[at + 2 * stride + d]);
        c20 = a2.fma(b0, c20);
        c21 = a2.fma(b1, c21);
        FloatVector a3 = FloatVector.broadcast(Lanes.FLOATS, k[at + 3 * stride + d]);
        c30 = a3.fma(b0, c30);
        c31 = a3.fma(b1, c31);
      }
      c00.intoArray(s, (key + 0) * WIDTH + 0 * Lanes.N);
      c01.intoArray(s, (key + 0) * WIDTH + 1 * Lanes.N);
      c10.intoArray(s, (key + 1) * WIDTH + 0 * Lanes.N);
      c11.intoArray(s, (key + 1) * WIDTH + 1 * Lanes.N);
      c20.intoArray(s, (key + 2) * WIDTH + 0 * Lanes.N);
      c21.intoArray(s, (key + 2) * WIDTH + 1 * Lanes.N);
      c30.intoArray(s, (key + 3) * WIDTH + 0 * Lanes.N);
      c31.intoArray(s, (key + 3) * WIDTH + 1 * Lanes.N);
    }
  }

  /**
   * {@code o[d, j] = o[d, j] * decay[j] + sum v[key, d] * p[key, j]} over keys {@code [from, to)}.
   *
   * @param v {@code [keys, stride]}
   * @param p {@code [keys, WIDTH]}
   * @param o {@code [dims, WIDTH]} from {@code oAt}
   * @param dims a multiple of 4, at most stride
   */
  static void addValues(
      float[] v,
      int stride,
      int from,
      int to,
      float[] p,
      float[] decay,
      float[] o,
      int oAt,
      int dims) {
    FloatVector decay0 = FloatVector.fromArray(Lanes.FLOATS, decay, 0);
    FloatVector decay1 = FloatVector.fromArray(Lanes.FLOATS, decay, Lanes.N);
    for (int d = 0; d < dims; d += 4) {
      int at = oAt + d * WIDTH;
      FloatVector c00 =
          FloatVector.fromArray(Lanes.FLOATS, o, at + 0 * WIDTH + 0 * Lanes.N).mul(decay0);
      FloatVector c01 =
          FloatVector.fromArray(Lanes.FLOATS, o, at + 0 * WIDTH + 1 * Lanes.N).mul(decay1);
      FloatVector c10 =
          FloatVector.fromArray(Lanes.FLOATS, o, at + 1 * WIDTH + 0 * Lanes.N).mul(decay0);
      FloatVector c11 =
          FloatVector.fromArray(Lanes.FLOATS, o, at + 1 * WIDTH + 1 * Lanes.N).mul(decay1);
      FloatVector c20 =
          FloatVector.fromArray(Lanes.FLOATS, o, at + 2 * WIDTH + 0 * Lanes.N).mul(decay0);
      FloatVector c21 =
          FloatVector.fromArray(Lanes.FLOATS, o, at + 2 * WIDTH + 1 * Lanes.N).mul(decay1);
      FloatVector c30 =
          FloatVector.fromArray(Lanes.FLOATS, o, at + 3 * WIDTH + 0 * Lanes.N).mul(decay0);
      FloatVector c31 =
          FloatVector.fromArray(Lanes.FLOATS, o, at + 3 * WIDTH + 1 * Lanes.N).mul(decay1);
      for (int key = from; key < to; key++) {
        FloatVector b0 = FloatVector.fromArray(Lanes.FLOATS, p, key * WIDTH);
        FloatVector b1 = FloatVector.fromArray(Lanes.FLOATS, p, key * WIDTH + Lanes.N);
        FloatVector a0 = FloatVector.broadcast(Lanes.FLOATS, v[key * stride + d]);
        c00 = a0.fma(b0, c00);
        c01 = a0.fma(b1, c01);
        FloatVector a1 = FloatVector.broadcast(Lanes.FLOATS, v[key * stride + d + 1]);
        c10 = a1.fma(b0, c10);
        c11 = a1.fma(b1, c11);
        FloatVector a2 = FloatVector.broadcast(Lanes.FLOATS, v[key * stride + d + 2]);
        c20 = a2.fma(b0, c20);
        c21 = a2.fma(b1, c21);
        FloatVector a3 = FloatVector.broadcast(Lanes.FLOATS, v[key * stride + d + 3]);
        c30 = a3.fma(b0, c30);
        c31 = a3.fma(b1, c31);
      }
      c00.intoArray(o, at + 0 * WIDTH + 0 * Lanes.N);
      c01.intoArray(o, at + 0 * WIDTH + 1 * Lanes.N);
      c10.intoArray(o, at + 1 * WIDTH + 0 * Lanes.N);
      c11.intoArray(o, at + 1 * WIDTH + 1 * Lanes.N);
      c20.intoArray(o, at + 2 * WIDTH + 0 * Lanes.N);
      c21.intoArray(o, at + 2 * WIDTH + 1 * Lanes.N);
      c30.intoArray(o, at + 3 * WIDTH + 0 * Lanes.N);
      c31.intoArray(o, at + 3 * WIDTH + 1 * Lanes.N);
    }
  }
}
