package dev.winnow.models.testing;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Random;

/** Tensor types {@link GgufWriter} can store; blocks of 32 are rounded to nearest. */
public enum GgufQuantiser {
  F32(0, 1, 4),
  F16(1, 1, 2),
  Q4_0(2, 32, 18),
  Q4_1(3, 32, 20),
  Q5_0(6, 32, 22),
  Q5_1(7, 32, 24),
  Q8_0(8, 32, 34),
  Q2_K(10, 256, 84),
  Q4_K(12, 256, 144),
  Q5_K(13, 256, 176),
  Q6_K(14, 256, 210),
  BF16(30, 1, 2);

  private final int id;
  private final int blockElements;
  private final int blockBytes;

  GgufQuantiser(int id, int blockElements, int blockBytes) {
    this.id = id;
    this.blockElements = blockElements;
    this.blockBytes = blockBytes;
  }

  /** Number of the type in the file. */
  public int id() {
    return id;
  }

  /** Elements of a block. */
  public int blockElements() {
    return blockElements;
  }

  /** The stored bytes of values; K-quants have none, see {@link #randomBlocks}. */
  public byte[] quantise(float... values) {
    if (blockElements == 1) {
      return SafetensorsWriter.encode(name(), values);
    }
    if (blockElements == 256) {
      throw new UnsupportedOperationException("Use randomBlocks for " + this);
    }
    ByteBuffer out =
        ByteBuffer.allocate(values.length / 32 * blockBytes).order(ByteOrder.LITTLE_ENDIAN);
    for (int block = 0; block < values.length; block += 32) {
      quantise(values, block, out);
    }
    return out.array();
  }

  /** Random blocks with small finite scales, enough for {@code elements}. */
  public byte[] randomBlocks(Random random, int elements) {
    byte[] bytes = new byte[elements / blockElements * blockBytes];
    random.nextBytes(bytes);
    ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    short scale = Float.floatToFloat16(0.01f);
    for (int p = 0; p < bytes.length; p += blockBytes) {
      if (this == Q6_K) {
        buffer.putShort(p + blockBytes - 2, scale);
      } else {
        buffer.putShort(p, scale).putShort(p + 2, scale);
      }
    }
    return bytes;
  }

  private void quantise(float[] values, int block, ByteBuffer out) {
    float min = Float.POSITIVE_INFINITY;
    float max = Float.NEGATIVE_INFINITY;
    for (int i = block; i < block + 32; i++) {
      min = Math.min(min, values[i]);
      max = Math.max(max, values[i]);
    }
    float largest = Math.max(Math.abs(min), Math.abs(max));
    int levels = this == Q8_0 ? 254 : this == Q4_0 || this == Q4_1 ? 15 : 31;
    boolean hasMin = this == Q4_1 || this == Q5_1;
    int zero = hasMin ? 0 : levels / 2 + 1;
    float d = hasMin ? (max - min) / levels : this == Q8_0 ? largest / 127 : largest / (zero - 1);
    out.putShort(Float.floatToFloat16(d));
    if (hasMin) {
      out.putShort(Float.floatToFloat16(min));
    }
    int[] quants = new int[32];
    int fifth = 0;
    for (int i = 0; i < 32; i++) {
      float value = values[block + i] - (hasMin ? min : 0);
      int rounded = d == 0 ? 0 : Math.round(value / d);
      quants[i] = this == Q8_0 ? rounded : Math.clamp(rounded + (long) zero, 0, levels);
      fifth |= ((quants[i] >> 4) & 1) << i;
    }
    if (this == Q8_0) {
      for (int quant : quants) {
        out.put((byte) quant);
      }
      return;
    }
    if (levels == 31) {
      out.putInt(fifth);
    }
    for (int i = 0; i < 16; i++) {
      out.put((byte) ((quants[i] & 0xf) | ((quants[i + 16] & 0xf) << 4)));
    }
  }
}
