package dev.winnow.models.torch;

import dev.winnow.models.ModelConfig;

/**
 * How the output channels of each matrix are dealt out, so that several threads can compute one
 * token's products together.
 *
 * @param qkv widths of the shards of the fused projection, whole heads each
 * @param hidden widths for matrices onto the residual stream
 * @param inner widths of gate, and of up
 * @param vocabulary widths of the output head
 */
record ShardWidths(int[] qkv, int[] hidden, int[] inner, int[] vocabulary) {
  /** Shards start at multiples of this, where the width allows. */
  private static final int UNIT = 16;

  /** More shards than this make products too narrow for their own good. */
  private static final int MOST = 16;

  static ShardWidths of(ModelConfig config, int threads) {
    int shards = Math.min(threads, MOST);
    return new ShardWidths(
        split((config.heads() + 2 * config.kvHeads()) * config.headDim(), config.headDim(), shards),
        split(config.hiddenSize(), UNIT, shards),
        split(config.intermediateSize(), UNIT, shards),
        split(config.vocabSize(), UNIT, shards));
  }

  /** At most {@code shards} widths, multiples of {@code unit} but the last, none empty. */
  static int[] split(int total, int unit, int shards) {
    int units = (total + unit - 1) / unit;
    int count = Math.max(1, Math.min(shards, units));
    int[] widths = new int[count];
    for (int i = 0; i < count; i++) {
      int from = units * i / count * unit;
      int to = Math.min(total, units * (i + 1) / count * unit);
      widths[i] = to - from;
    }
    return widths;
  }
}
