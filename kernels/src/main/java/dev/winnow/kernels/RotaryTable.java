package dev.winnow.kernels;

import java.util.Arrays;

/**
 * Cosines and sines of a {@link RotaryConfig} by position, extended on demand; safe for use by
 * several threads.
 *
 * <p>Frequencies and angles are rounded to float32, as in the code that models are trained with:
 * after some thousand tokens exact angles differ from those by more than logits may.
 */
public final class RotaryTable {
  /** Positions per {@link Block}. */
  public static final int BLOCK_POSITIONS = 256;

  /** Positions must be below this. */
  public static final int MAX_POSITIONS = 1 << 24;

  /**
   * Values of {@link #BLOCK_POSITIONS} consecutive positions; the arrays must not be modified.
   *
   * @param cos cosines {@code [BLOCK_POSITIONS, rotaryDim / 2]}
   * @param sin sines {@code [BLOCK_POSITIONS, rotaryDim / 2]}
   */
  public record Block(float[] cos, float[] sin) {}

  private final RotaryConfig config;
  private final double[] frequencies;
  private final double attentionFactor;

  // Blocks are immutable once published; growing replaces the array, a filled entry never changes.
  private volatile Block[] blocks = new Block[0];

  /** A table for {@code config}. */
  public RotaryTable(RotaryConfig config) {
    this.config = config;
    this.frequencies = RotaryFrequencies.of(config);
    this.attentionFactor = RotaryFrequencies.attentionFactor(config.scaling());
  }

  /** What this table was made for. */
  public RotaryConfig config() {
    return config;
  }

  /** Angular step per position of each pair, in radians: {@code [rotaryDim / 2]}. */
  public double[] frequencies() {
    return frequencies.clone();
  }

  /**
   * The block that holds {@code position}, at row {@link #rowInBlock}.
   *
   * @throws IllegalArgumentException if the position is not in {@code [0, MAX_POSITIONS)}
   */
  public Block block(int position) {
    if (position < 0 || position >= MAX_POSITIONS) {
      throw new IllegalArgumentException(
          "rotary positions must be in [0, %d), got %d".formatted(MAX_POSITIONS, position));
    }
    int index = position / BLOCK_POSITIONS;
    Block[] present = blocks;
    Block block = index < present.length ? present[index] : null;
    return block != null ? block : compute(index);
  }

  /** Index in a block's arrays of the first value of {@code position}. */
  public int rowInBlock(int position) {
    return position % BLOCK_POSITIONS * frequencies.length;
  }

  private synchronized Block compute(int index) {
    Block[] present = blocks;
    if (index < present.length && present[index] != null) {
      return present[index];
    }
    Block block = computeBlock(index * BLOCK_POSITIONS);
    int length = index < present.length ? present.length : Math.max(index + 1, 2 * present.length);
    Block[] grown = Arrays.copyOf(present, length);
    grown[index] = block;
    blocks = grown;
    return block;
  }

  private Block computeBlock(int firstPosition) {
    int pairs = frequencies.length;
    float[] cos = new float[BLOCK_POSITIONS * pairs];
    float[] sin = new float[BLOCK_POSITIONS * pairs];
    for (int row = 0; row < BLOCK_POSITIONS; row++) {
      for (int i = 0; i < pairs; i++) {
        float angle = (firstPosition + row) * (float) frequencies[i];
        cos[row * pairs + i] = (float) (Math.cos(angle) * attentionFactor);
        sin[row * pairs + i] = (float) (Math.sin(angle) * attentionFactor);
      }
    }
    return new Block(cos, sin);
  }
}
