package dev.winnow.kernels.cpu;

import dev.winnow.kernels.DType;
import dev.winnow.kernels.KeyStore;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;

/**
 * Dot products with keys stored by dimension, lanes over keys: every load is one dimension of as
 * many keys as a vector holds, and nothing is added across lanes.
 *
 * <p>Queries are laid out {@code [blocks of up to 3, dims, queries of the block, N]}, each element
 * repeated in all lanes, so that every width takes the same path.
 */
final class ColumnProducts {
  private static final int BLOCK = KeyStore.BLOCK_TOKENS;
  private static final int HALF = BLOCK / 2;
  private static final ByteOrder NATIVE = ByteOrder.nativeOrder();

  private ColumnProducts() {}

  /** The format of {@code dtype} if blocks can be multiplied as they are stored, or null. */
  static PackedFormat formatOf(DType dtype) {
    if (HALF % Lanes.N != 0 || NATIVE != ByteOrder.LITTLE_ENDIAN) {
      return null;
    }
    return dtype == DType.F16 ? PackedFormat.F16 : dtype == DType.BF16 ? PackedFormat.BF16 : null;
  }

  /**
   * Lays queries out for the products.
   *
   * @param q {@code [queries, stride]}
   */
  static float[] spread(float[] q, int queries, int stride, int width, float scale) {
    float[] spread = new float[queries * width * Lanes.N];
    int at = 0;
    int j = 0;
    while (j < queries) {
      int block = RowProducts.blockOf(queries - j);
      for (int d = 0; d < width; d++) {
        for (int i = 0; i < block; i++, at += Lanes.N) {
          float element = q[(j + i) * stride + d] * scale;
          FloatVector.broadcast(Lanes.FLOATS, element).intoArray(spread, at);
        }
      }
      j += block;
    }
    return spread;
  }

  /**
   * {@code s[j, sAt + i] = q[j] . k[i]} for the keys of {@code blocks} blocks of sixteen-bit
   * elements.
   *
   * @param from byte of the first block
   * @param q see {@link #spread}, times the format's scale
   * @return false, and nothing of use in {@code s}, if an element is infinite or NaN
   */
  static boolean scores(
      MemorySegment k,
      long from,
      int blocks,
      int width,
      PackedFormat format,
      float[] q,
      int queries,
      float[] s,
      int sAt,
      int sStride) {
    boolean ordinary = true;
    int j = 0;
    while (j < queries && ordinary) {
      int qAt = j * width * Lanes.N;
      int at = sAt + j * sStride;
      int block = RowProducts.blockOf(queries - j);
      ordinary =
          switch (block) {
            case 3 -> scores3(k, from, blocks, width, format, q, qAt, s, at, sStride);
            case 2 -> scores2(k, from, blocks, width, format, q, qAt, s, at, sStride);
            default -> scores1(k, from, blocks, width, format, q, qAt, s, at);
          };
      j += block;
    }
    return ordinary;
  }

  private static boolean scores3(
      MemorySegment k,
      long from,
      int blocks,
      int width,
      PackedFormat format,
      float[] q,
      int qAt,
      float[] s,
      int sAt,
      int sStride) {
    int shift = format.shift();
    int mask = format.mask();
    short special = format.special();
    ShortVector largest = ShortVector.zero(Lanes.SHORT_PAIRS);
    for (int block = 0; block < blocks; block++) {
      for (int lane = 0; lane < HALF; lane += Lanes.N) {
        FloatVector a0 = FloatVector.zero(Lanes.FLOATS);
        FloatVector a1 = FloatVector.zero(Lanes.FLOATS);
        FloatVector b0 = FloatVector.zero(Lanes.FLOATS);
        FloatVector b1 = FloatVector.zero(Lanes.FLOATS);
        FloatVector c0 = FloatVector.zero(Lanes.FLOATS);
        FloatVector c1 = FloatVector.zero(Lanes.FLOATS);
        long at = from + 2L * block * BLOCK * width + 4L * lane;
        for (int d = 0; d < width; d++) {
          ShortVector pair =
              ShortVector.fromMemorySegment(Lanes.SHORT_PAIRS, k, at + 2L * BLOCK * d, NATIVE);
          largest = largest.max(pair.lanewise(VectorOperators.AND, special));
          IntVector x = pair.reinterpretAsInts();
          FloatVector low = PackedProducts.even(x, shift, mask);
          FloatVector high = PackedProducts.odd(x, shift, mask);
          int e = qAt + 3 * d * Lanes.N;
          FloatVector q0 = FloatVector.fromArray(Lanes.FLOATS, q, e);
          a0 = low.fma(q0, a0);
          a1 = high.fma(q0, a1);
          FloatVector q1 = FloatVector.fromArray(Lanes.FLOATS, q, e + Lanes.N);
          b0 = low.fma(q1, b0);
          b1 = high.fma(q1, b1);
          FloatVector q2 = FloatVector.fromArray(Lanes.FLOATS, q, e + 2 * Lanes.N);
          c0 = low.fma(q2, c0);
          c1 = high.fma(q2, c1);
        }
        int to = sAt + block * BLOCK + lane;
        a0.intoArray(s, to);
        a1.intoArray(s, to + HALF);
        b0.intoArray(s, to + sStride);
        b1.intoArray(s, to + sStride + HALF);
        c0.intoArray(s, to + 2 * sStride);
        c1.intoArray(s, to + 2 * sStride + HALF);
      }
    }
    return largest.reduceLanes(VectorOperators.MAX) != special;
  }

  private static boolean scores2(
      MemorySegment k,
      long from,
      int blocks,
      int width,
      PackedFormat format,
      float[] q,
      int qAt,
      float[] s,
      int sAt,
      int sStride) {
    int shift = format.shift();
    int mask = format.mask();
    short special = format.special();
    ShortVector largest = ShortVector.zero(Lanes.SHORT_PAIRS);
    for (int block = 0; block < blocks; block++) {
      for (int lane = 0; lane < HALF; lane += Lanes.N) {
        FloatVector a0 = FloatVector.zero(Lanes.FLOATS);
        FloatVector a1 = FloatVector.zero(Lanes.FLOATS);
        FloatVector b0 = FloatVector.zero(Lanes.FLOATS);
        FloatVector b1 = FloatVector.zero(Lanes.FLOATS);
        long at = from + 2L * block * BLOCK * width + 4L * lane;
        for (int d = 0; d < width; d++) {
          ShortVector pair =
              ShortVector.fromMemorySegment(Lanes.SHORT_PAIRS, k, at + 2L * BLOCK * d, NATIVE);
          largest = largest.max(pair.lanewise(VectorOperators.AND, special));
          IntVector x = pair.reinterpretAsInts();
          FloatVector low = PackedProducts.even(x, shift, mask);
          FloatVector high = PackedProducts.odd(x, shift, mask);
          int e = qAt + 2 * d * Lanes.N;
          FloatVector q0 = FloatVector.fromArray(Lanes.FLOATS, q, e);
          a0 = low.fma(q0, a0);
          a1 = high.fma(q0, a1);
          FloatVector q1 = FloatVector.fromArray(Lanes.FLOATS, q, e + Lanes.N);
          b0 = low.fma(q1, b0);
          b1 = high.fma(q1, b1);
        }
        int to = sAt + block * BLOCK + lane;
        a0.intoArray(s, to);
        a1.intoArray(s, to + HALF);
        b0.intoArray(s, to + sStride);
        b1.intoArray(s, to + sStride + HALF);
      }
    }
    return largest.reduceLanes(VectorOperators.MAX) != special;
  }

  private static boolean scores1(
      MemorySegment k,
      long from,
      int blocks,
      int width,
      PackedFormat format,
      float[] q,
      int qAt,
      float[] s,
      int sAt) {
    int shift = format.shift();
    int mask = format.mask();
    short special = format.special();
    ShortVector largest = ShortVector.zero(Lanes.SHORT_PAIRS);
    for (int block = 0; block < blocks; block++) {
      for (int lane = 0; lane < HALF; lane += Lanes.N) {
        FloatVector a0 = FloatVector.zero(Lanes.FLOATS);
        FloatVector a1 = FloatVector.zero(Lanes.FLOATS);
        long at = from + 2L * block * BLOCK * width + 4L * lane;
        for (int d = 0; d < width; d++) {
          ShortVector pair =
              ShortVector.fromMemorySegment(Lanes.SHORT_PAIRS, k, at + 2L * BLOCK * d, NATIVE);
          largest = largest.max(pair.lanewise(VectorOperators.AND, special));
          IntVector x = pair.reinterpretAsInts();
          FloatVector q0 = FloatVector.fromArray(Lanes.FLOATS, q, qAt + d * Lanes.N);
          a0 = PackedProducts.even(x, shift, mask).fma(q0, a0);
          a1 = PackedProducts.odd(x, shift, mask).fma(q0, a1);
        }
        int to = sAt + block * BLOCK + lane;
        a0.intoArray(s, to);
        a1.intoArray(s, to + HALF);
      }
    }
    return largest.reduceLanes(VectorOperators.MAX) != special;
  }

  /**
   * The same from blocks of float32 in the order in which they are stored.
   *
   * @param k {@code [blocks, width, BLOCK]}
   * @param q {@code [queries, stride]}, as it is
   */
  static void widened(
      float[] k,
      int blocks,
      int width,
      float[] q,
      int queries,
      int stride,
      float[] s,
      int sAt,
      int sStride) {
    for (int block = 0; block < blocks; block++) {
      for (int j = 0; j < queries; j++) {
        int to = sAt + j * sStride + block * BLOCK;
        for (int lane = 0; lane < BLOCK; lane += Lanes.N) {
          FloatVector sum = FloatVector.zero(Lanes.FLOATS);
          for (int d = 0; d < width; d++) {
            FloatVector x =
                FloatVector.fromArray(Lanes.FLOATS, k, (block * width + d) * BLOCK + lane);
            sum = x.fma(FloatVector.broadcast(Lanes.FLOATS, q[j * stride + d]), sum);
          }
          sum.intoArray(s, to + lane);
        }
      }
    }
  }

  /** Puts scores of sixteen-bit blocks that were {@link #widened} in the order of their rows. */
  static void order(float[] s, int at, int blocks) {
    float[] stored = new float[BLOCK];
    for (int block = 0; block < blocks; block++) {
      int from = at + block * BLOCK;
      System.arraycopy(s, from, stored, 0, BLOCK);
      for (int i = 0; i < HALF; i++) {
        s[from + i] = stored[2 * i];
        s[from + HALF + i] = stored[2 * i + 1];
      }
    }
  }
}
