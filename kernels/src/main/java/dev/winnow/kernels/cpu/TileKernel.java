package dev.winnow.kernels.cpu;

import dev.winnow.kernels.DType;
import dev.winnow.kernels.HeadsView;

/** Online-softmax attention of one tile of queries, fed key tile by key tile. */
interface TileKernel {

  /** Forgets everything and makes room for {@code queries} queries on a cache of {@code dtype}. */
  void begin(int queries, int headDim, DType dtype);

  /**
   * Sets the queries, row after row and head after head, multiplied by {@code factor}.
   *
   * @param firstHead first head of the group
   */
  void queries(HeadsView source, int firstRow, int rows, int firstHead, int group, float factor);

  /**
   * Takes in the next {@code count} keys of {@code source}; query {@code j} sees those in {@code
   * [from[j], to[j])}.
   *
   * @param first list index of the first key
   * @param saved where scores go, {@code [keys, savedStride]}, -inf where hidden; null for nowhere
   */
  void absorb(
      KeySource source,
      int first,
      int count,
      int[] from,
      int[] to,
      float[] saved,
      int savedAt,
      int savedStride);

  /** Hands over the result so far. */
  void export(Partial target);
}
