package dev.winnow.kernels.cpu;

import dev.winnow.kernels.AttentionPlan;
import dev.winnow.kernels.KvPages;

/** Executes slices of attention on one thread, with that thread's scratch memory. */
final class TileRunner {
  private static final double LOG2_E = 1 / VectorMath.LN2;

  private final KeyTile tile;
  private final DecodeAttention decode;
  private final PrefillAttention prefill;
  private int[] from = new int[0];
  private int[] to = new int[0];

  /** Result of a slice that is a whole tile, until it is written. */
  final Partial own = new Partial();

  /** (query head, key) pairs and stored bytes this thread has worked through since the reset. */
  long pairs;

  long bytes;

  /** A runner whose keys and values pass through {@code tile}. */
  TileRunner(KeyTile tile) {
    this.tile = tile;
    decode = new DecodeAttention(tile);
    prefill = new PrefillAttention(tile);
  }

  void resetCounters() {
    pairs = 0;
    bytes = 0;
  }

  /**
   * Attention of a tile over its keys {@code [begin, end)}, counted over all segments.
   *
   * @param saved see {@link TileKernel#absorb}; row 0 is the tile's first key; or null
   */
  void run(
      AttentionGeometry geometry,
      KvPages cache,
      int reader,
      int queryTile,
      int begin,
      int end,
      float[] saved,
      Partial target) {
    int rows = geometry.tileRowCount(queryTile);
    int queries = rows * geometry.group;
    TileKernel kernel = queries <= DecodeAttention.MAX_QUERIES ? decode : prefill;
    kernel.begin(queries, geometry.headDim, cache.dtype());
    tile.shape(geometry.headDim);
    reserve(queries);
    int passed = 0;
    for (int s = 0; s < geometry.segments(); s++) {
      int first = geometry.tileFrom(s, reader, queryTile);
      int length = geometry.tileTo(s, reader, queryTile) - first;
      int low = Math.max(0, begin - passed);
      int high = Math.min(length, end - passed);
      if (low < high) {
        AttentionPlan.Segment segment = geometry.plan.segments().get(s);
        KeySource source =
            new KeySource(
                cache,
                geometry.kvHead(reader),
                segment.keys(),
                geometry.list(s, reader),
                segment.keyRotation());
        kernel.queries(
            segment.queries(),
            geometry.tileFirstRow(queryTile),
            rows,
            reader * geometry.group,
            geometry.group,
            (float) (geometry.plan.scale() * LOG2_E));
        int step = kernel == decode ? DecodeAttention.KEYS : KeyTile.KEYS;
        for (int key = low; key < high; key += step) {
          int count = Math.min(step, high - key);
          bytes += geometry.bytes(count);
          seenRanges(geometry, s, reader, queryTile, first + key, count);
          kernel.absorb(
              source, first + key, count, from, to, saved, (passed + key) * queries, queries);
        }
      }
      passed += length;
    }
    kernel.export(target);
  }

  /** Which of {@code count} keys from list index {@code first} each query sees. */
  private void seenRanges(
      AttentionGeometry geometry, int s, int reader, int queryTile, int first, int count) {
    int row = geometry.tileFirstRow(queryTile);
    int rows = geometry.tileRowCount(queryTile);
    for (int r = 0; r < rows; r++) {
      int low = Math.clamp(geometry.from(s, reader, row + r) - first, 0, count);
      int high = Math.clamp(geometry.to(s, reader, row + r) - first, 0, count);
      pairs += (long) geometry.group * (high - low);
      for (int g = 0; g < geometry.group; g++) {
        from[r * geometry.group + g] = low;
        to[r * geometry.group + g] = high;
      }
    }
  }

  private void reserve(int queries) {
    int padded = queries + StripProducts.WIDTH;
    if (from.length < padded) {
      from = new int[padded];
      to = new int[padded];
    }
  }
}
