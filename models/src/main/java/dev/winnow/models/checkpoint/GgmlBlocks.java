package dev.winnow.models.checkpoint;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Dequantises ggml's block formats with the float32 operations of ggml's reference, so the weights
 * are bit for bit the same.
 *
 * <p>Blocks of 32 hold a float16 scale d, from {@code _1} on a float16 minimum m, and 4, 5 or 8
 * bits an element. K-quants are super-blocks of 256 whose sub-blocks have small integer scales.
 */
final class GgmlBlocks {
  private static final int K = 256;

  private GgmlBlocks() {}

  /** {@code d * (q - 8)}: 16-bit d, 16 bytes of low and high nibbles. */
  static void q4v0(MemorySegment source, long offset, float[] out, int elements) {
    byte[] in = bytes(source, offset, elements / 32 * 18);
    for (int block = 0, p = 0; block < elements; block += 32, p += 18) {
      float d = half(in, p);
      for (int j = 0; j < 16; j++) {
        int q = in[p + 2 + j];
        out[block + j] = ((q & 0xf) - 8) * d;
        out[block + 16 + j] = (((q >> 4) & 0xf) - 8) * d;
      }
    }
  }

  /** {@code d * q + m}: 16-bit d and m, 16 bytes of nibbles. */
  static void q4v1(MemorySegment source, long offset, float[] out, int elements) {
    byte[] in = bytes(source, offset, elements / 32 * 20);
    for (int block = 0, p = 0; block < elements; block += 32, p += 20) {
      float d = half(in, p);
      float m = half(in, p + 2);
      for (int j = 0; j < 16; j++) {
        int q = in[p + 4 + j];
        out[block + j] = (q & 0xf) * d + m;
        out[block + 16 + j] = ((q >> 4) & 0xf) * d + m;
      }
    }
  }

  /** {@code d * (q - 16)}: 16-bit d, 32 fifth bits, 16 bytes of nibbles. */
  static void q5v0(MemorySegment source, long offset, float[] out, int elements) {
    byte[] in = bytes(source, offset, elements / 32 * 22);
    for (int block = 0, p = 0; block < elements; block += 32, p += 22) {
      float d = half(in, p);
      int high = word(in, p + 2);
      for (int j = 0; j < 16; j++) {
        int q = in[p + 6 + j];
        out[block + j] = (((q & 0xf) | (((high >>> j) & 1) << 4)) - 16) * d;
        out[block + 16 + j] = ((((q >> 4) & 0xf) | (((high >>> (j + 16)) & 1) << 4)) - 16) * d;
      }
    }
  }

  /** {@code d * q + m}: 16-bit d and m, 32 fifth bits, 16 bytes of nibbles. */
  static void q5v1(MemorySegment source, long offset, float[] out, int elements) {
    byte[] in = bytes(source, offset, elements / 32 * 24);
    for (int block = 0, p = 0; block < elements; block += 32, p += 24) {
      float d = half(in, p);
      float m = half(in, p + 2);
      int high = word(in, p + 4);
      for (int j = 0; j < 16; j++) {
        int q = in[p + 8 + j];
        out[block + j] = ((q & 0xf) | (((high >>> j) & 1) << 4)) * d + m;
        out[block + 16 + j] = (((q >> 4) & 0xf) | (((high >>> (j + 16)) & 1) << 4)) * d + m;
      }
    }
  }

  /** {@code d * q}: 16-bit d, 32 signed bytes. */
  static void q8v0(MemorySegment source, long offset, float[] out, int elements) {
    byte[] in = bytes(source, offset, elements / 32 * 34);
    for (int block = 0, p = 0; block < elements; block += 32, p += 34) {
      float d = half(in, p);
      for (int j = 0; j < 32; j++) {
        out[block + j] = in[p + 2 + j] * d;
      }
    }
  }

  /** {@code d * scale * q - dmin * min}: d, dmin, 12 bytes of 6-bit scales, 128 of nibbles. */
  static void q4k(MemorySegment source, long offset, float[] out, int elements) {
    byte[] in = bytes(source, offset, elements / K * 144);
    for (int block = 0, p = 0; block < elements; block += K, p += 144) {
      float d = half(in, p);
      float dmin = half(in, p + 2);
      for (int sub = 0; sub < 8; sub += 2) {
        float d1 = d * scale(in, p + 4, sub);
        float m1 = dmin * min(in, p + 4, sub);
        float d2 = d * scale(in, p + 4, sub + 1);
        float m2 = dmin * min(in, p + 4, sub + 1);
        int q = p + 16 + sub * 16;
        int o = block + sub * 32;
        for (int l = 0; l < 32; l++) {
          out[o + l] = d1 * (in[q + l] & 0xf) - m1;
          out[o + 32 + l] = d2 * ((in[q + l] >> 4) & 0xf) - m2;
        }
      }
    }
  }

  /** As Q4_K, with 32 bytes of fifth bits between scales and nibbles. */
  static void q5k(MemorySegment source, long offset, float[] out, int elements) {
    byte[] in = bytes(source, offset, elements / K * 176);
    for (int block = 0, p = 0; block < elements; block += K, p += 176) {
      float d = half(in, p);
      float dmin = half(in, p + 2);
      int high = p + 16;
      for (int sub = 0; sub < 8; sub += 2) {
        float d1 = d * scale(in, p + 4, sub);
        float m1 = dmin * min(in, p + 4, sub);
        float d2 = d * scale(in, p + 4, sub + 1);
        float m2 = dmin * min(in, p + 4, sub + 1);
        int q = p + 48 + sub * 16;
        int o = block + sub * 32;
        for (int l = 0; l < 32; l++) {
          int bits = in[high + l] >> sub;
          out[o + l] = d1 * ((in[q + l] & 0xf) + ((bits & 1) << 4)) - m1;
          out[o + 32 + l] = d2 * (((in[q + l] >> 4) & 0xf) + ((bits & 2) << 3)) - m2;
        }
      }
    }
  }

  /** {@code d * scale * (q - 32)}: 128 bytes of nibbles, 64 of upper bits, 16 signed scales, d. */
  static void q6k(MemorySegment source, long offset, float[] out, int elements) {
    byte[] in = bytes(source, offset, elements / K * 210);
    for (int block = 0, p = 0; block < elements; block += K, p += 210) {
      float d = half(in, p + 208);
      for (int part = 0; part < 2; part++) {
        int low = p + part * 64;
        int high = p + 128 + part * 32;
        for (int half = 0; half < 2; half++) {
          int scales = p + 192 + part * 8 + half;
          float d1 = d * in[scales];
          float d2 = d * in[scales + 2];
          float d3 = d * in[scales + 4];
          float d4 = d * in[scales + 6];
          int o = block + part * 128;
          for (int l = half * 16; l < half * 16 + 16; l++) {
            int a = in[low + l];
            int b = in[low + 32 + l];
            int h = in[high + l];
            out[o + l] = d1 * (((a & 0xf) | ((h & 3) << 4)) - 32);
            out[o + 32 + l] = d2 * (((b & 0xf) | (((h >> 2) & 3) << 4)) - 32);
            out[o + 64 + l] = d3 * ((((a >> 4) & 0xf) | (((h >> 4) & 3) << 4)) - 32);
            out[o + 96 + l] = d4 * ((((b >> 4) & 0xf) | (((h >> 6) & 3) << 4)) - 32);
          }
        }
      }
    }
  }

  /** The first four 6-bit scales lie whole, the last four in a nibble and two upper bits. */
  private static int scale(byte[] in, int p, int sub) {
    return sub < 4
        ? in[p + sub] & 63
        : (in[p + sub + 4] & 0xf) | (((in[p + sub - 4] >> 6) & 3) << 4);
  }

  private static int min(byte[] in, int p, int sub) {
    return sub < 4
        ? in[p + sub + 4] & 63
        : ((in[p + sub + 4] >> 4) & 0xf) | (((in[p + sub] >> 6) & 3) << 4);
  }

  private static byte[] bytes(MemorySegment source, long offset, int count) {
    byte[] in = new byte[count];
    MemorySegment.copy(source, ValueLayout.JAVA_BYTE, offset, in, 0, count);
    return in;
  }

  private static float half(byte[] in, int p) {
    return Float.float16ToFloat((short) ((in[p] & 0xff) | (in[p + 1] << 8)));
  }

  private static int word(byte[] in, int p) {
    return (in[p] & 0xff)
        | (in[p + 1] & 0xff) << 8
        | (in[p + 2] & 0xff) << 16
        | (in[p + 3] & 0xff) << 24;
  }
}
