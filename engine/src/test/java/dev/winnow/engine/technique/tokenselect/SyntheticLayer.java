package dev.winnow.engine.technique.tokenselect;

import dev.winnow.engine.technique.KeyForm;
import dev.winnow.engine.technique.Phase;
import dev.winnow.engine.technique.PlanRequest;
import dev.winnow.kernels.Buffer;
import dev.winnow.kernels.DType;
import dev.winnow.kernels.HeadsView;
import dev.winnow.kernels.Kernels;
import dev.winnow.kernels.KvPages;
import dev.winnow.kernels.RotaryConfig;
import dev.winnow.kernels.RotaryScaling;
import dev.winnow.kernels.RotaryTable;
import dev.winnow.models.AttentionSpec;
import java.util.Arrays;
import java.util.Random;

/** Un-rotated keys, values and queries of one layer, random unless a test plants something. */
final class SyntheticLayer {
  static final double THETA = 100;

  final int heads;
  final int kvHeads;
  final int headDim;
  final int slidingWindow;

  /** {@code [tokens, kvHeads * headDim]}. */
  final float[][] keys;

  /** {@code [tokens, kvHeads * headDim]}. */
  final float[][] values;

  /** {@code [tokens, heads * headDim]}. */
  final float[][] queries;

  private final AttentionSpec spec;

  SyntheticLayer(long seed, int tokens, int heads, int kvHeads, int headDim, int slidingWindow) {
    Random random = new Random(seed);
    this.heads = heads;
    this.kvHeads = kvHeads;
    this.headDim = headDim;
    this.slidingWindow = slidingWindow;
    keys = random(random, tokens, kvHeads * headDim);
    values = random(random, tokens, kvHeads * headDim);
    queries = random(random, tokens, heads * headDim);
    RotaryConfig rotary =
        new RotaryConfig(
            THETA, headDim, headDim, RotaryConfig.Pairing.HALF_SPLIT, RotaryScaling.NONE);
    float scale = (float) (1 / Math.sqrt(headDim));
    spec =
        new AttentionSpec(heads, kvHeads, headDim, slidingWindow, scale, new RotaryTable(rotary));
  }

  /** Four query heads over two KV heads of eight elements. */
  static SyntheticLayer grouped(long seed, int tokens) {
    return new SyntheticLayer(seed, tokens, 4, 2, 8, 0);
  }

  private static float[][] random(Random random, int rows, int width) {
    float[][] values = new float[rows][width];
    for (float[] row : values) {
      for (int i = 0; i < width; i++) {
        row[i] = (float) random.nextGaussian();
      }
    }
    return values;
  }

  int tokens() {
    return keys.length;
  }

  AttentionSpec spec() {
    return spec;
  }

  /** The first {@code length} keys and values, stored as {@code form}. */
  KvPages cache(KeyForm form, int length, Kernels kernels) {
    KvPages cache = new KvPages(kvHeads, headDim, DType.F32);
    while (cache.capacity() < length) {
      cache.addPage(cache.allocatePage());
    }
    HeadsView stored = view(keys, 0, length, kvHeads);
    if (form == KeyForm.ROTATED) {
      kernels.rotate(stored, spec.rotary(), 0);
    }
    kernels.appendKv(stored, view(values, 0, length, kvHeads), cache);
    return cache;
  }

  /** The request of tokens {@code [length - rows, length)}. */
  PlanRequest request(KeyForm form, Phase phase, int length, int rows, Kernels kernels) {
    return request(0, form, phase, length, rows, kernels);
  }

  PlanRequest request(int layer, KeyForm form, Phase phase, int length, int rows, Kernels kernels) {
    int first = length - rows;
    HeadsView unrotated = view(queries, first, rows, heads);
    HeadsView rotated = view(queries, first, rows, heads);
    kernels.rotate(rotated, spec.rotary(), first);
    return new PlanRequest(
        layer,
        phase,
        spec,
        form,
        rotated,
        form == KeyForm.UNROTATED ? unrotated : null,
        cache(form, length, kernels),
        first,
        first,
        kernels);
  }

  /** Rows {@code [from, from + count)}; wider apart than they need to be, as a fused product is. */
  private HeadsView view(float[][] rows, int from, int count, int rowHeads) {
    int width = rowHeads * headDim;
    int stride = width + 3;
    float[] flat = new float[5 + count * stride];
    Arrays.fill(flat, Float.NaN);
    for (int r = 0; r < count; r++) {
      System.arraycopy(rows[from + r], 0, flat, 5 + r * stride, width);
    }
    return new HeadsView(Buffer.of(flat), 5, count, rowHeads, headDim, stride);
  }
}
