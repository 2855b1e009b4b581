package dev.winnow.engine.technique.fasa;

import dev.winnow.engine.technique.Scratch;
import dev.winnow.engine.technique.fasa.FasaConfig.Sets;
import dev.winnow.kernels.HeadsView;
import dev.winnow.kernels.RotaryConfig;
import dev.winnow.models.AttentionSpec;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * The dimensions of a layer's keys that rank tokens, {@code [packedHeads, 2 * chunks]}: one row per
 * query head or per KV head.
 */
final class DominantDims {
  private final int[][] dims;

  /**
   * Those of the chunks that agree best.
   *
   * @throws IllegalArgumentException if the layer has other heads than were measured
   */
  DominantDims(FasaConfig config, MeanAgreement agreement, int layer, AttentionSpec spec) {
    RotaryConfig rotary = spec.rotary().config();
    if (spec.heads() != agreement.heads() || ChunkPairing.chunks(rotary) != agreement.chunks()) {
      throw new IllegalArgumentException(
          "fasa: layer %d has %d heads of %d chunks, but %d of %d were calibrated"
              .formatted(
                  layer,
                  spec.heads(),
                  ChunkPairing.chunks(rotary),
                  agreement.heads(),
                  agreement.chunks()));
    }
    int sets = config.sets() == Sets.PER_QUERY_HEAD ? spec.heads() : spec.kvHeads();
    int[][] chunks = agreement.best(layer, sets, config.chunks());
    dims = new int[sets][2 * config.chunks()];
    for (int set = 0; set < sets; set++) {
      for (int i = 0; i < chunks[set].length; i++) {
        System.arraycopy(config.pairing().dims(chunks[set][i], rotary), 0, dims[set], 2 * i, 2);
      }
    }
  }

  /** Rows of dimensions. */
  int packedHeads() {
    return dims.length;
  }

  /** Dimensions of a packed key. */
  int width() {
    return dims[0].length;
  }

  /** The dimensions; do not modify. */
  int[][] dims() {
    return dims;
  }

  /**
   * Writes those dimensions of the first row of {@code queries}, times {@code scale}, into {@code
   * to}: one packed row {@code [1, heads, width]}.
   */
  HeadsView pack(HeadsView queries, float scale, Scratch to) {
    int heads = queries.heads();
    HeadsView packed = HeadsView.dense(to.of((long) heads * width()), 1, heads, width());
    MemorySegment from = queries.buffer().segment();
    MemorySegment into = packed.buffer().segment();
    int group = heads / dims.length;
    for (int head = 0; head < heads; head++) {
      long query = queries.index(0, head);
      long at = packed.index(0, head);
      int[] set = dims[head / group];
      for (int i = 0; i < set.length; i++) {
        float value = from.get(ValueLayout.JAVA_FLOAT_UNALIGNED, (query + set[i]) * Float.BYTES);
        into.set(ValueLayout.JAVA_FLOAT_UNALIGNED, (at + i) * Float.BYTES, value * scale);
      }
    }
    return packed;
  }
}
