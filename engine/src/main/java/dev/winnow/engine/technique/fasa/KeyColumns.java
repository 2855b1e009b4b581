package dev.winnow.engine.technique.fasa;

import dev.winnow.kernels.Buffer;
import dev.winnow.kernels.KvPages;

/** The keys of one KV head, a column per dimension: sums over a pair of dimensions stream. */
final class KeyColumns {
  private final float[][] columns;

  /** A copy of all keys of {@code kvHead}. */
  KeyColumns(KvPages cache, int kvHead) {
    columns = new float[cache.headDim()][cache.length()];
    for (int row = 0; row < cache.length(); row++) {
      Buffer keys = cache.page(row / KvPages.PAGE_TOKENS).keys();
      float[] key = keys.toFloats(cache.index(kvHead, row), cache.headDim());
      for (int dim = 0; dim < key.length; dim++) {
        columns[dim][row] = key[dim];
      }
    }
  }

  /** Dimension {@code dim} of every key. */
  float[] column(int dim) {
    return columns[dim];
  }
}
