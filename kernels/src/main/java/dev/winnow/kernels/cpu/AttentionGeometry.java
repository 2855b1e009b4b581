package dev.winnow.kernels.cpu;

import dev.winnow.kernels.AttentionCost;
import dev.winnow.kernels.AttentionPlan;
import dev.winnow.kernels.KeyRows;
import dev.winnow.kernels.KvPages;
import java.util.Arrays;

/**
 * A plan resolved against a cache: which query rows form a tile, and which keys a tile reads.
 *
 * <p>Query heads that read the same keys form a group, read for by one reader: usually one for each
 * KV head, but one for each query head if a segment lists rows per query head.
 *
 * <p>A tile is as many whole query rows as make about {@link #TILE_QUERIES} queries of one group.
 * It reads, once, every key of a segment that any of its rows sees: since lists ascend, that is one
 * stretch of the list.
 */
final class AttentionGeometry {
  static final int TILE_QUERIES = 128;

  final AttentionPlan plan;
  final int rows;
  final int heads;
  final int readers;
  final int group;
  final int headDim;
  final int tileRows;
  final int tiles;
  private final int readersPerKvHead;
  private final long keyBytes;

  AttentionGeometry(AttentionPlan plan, KvPages cache) {
    this.plan = plan;
    rows = plan.rows();
    heads = plan.segments().get(0).queries().heads();
    int most = cache.kvHeads();
    for (AttentionPlan.Segment segment : plan.segments()) {
      most = Math.max(most, segment.keys().listCount());
    }
    readers = most;
    group = heads / readers;
    readersPerKvHead = readers / cache.kvHeads();
    headDim = cache.headDim();
    tileRows = Math.max(1, TILE_QUERIES / group);
    tiles = (rows + tileRows - 1) / tileRows;
    keyBytes = 2L * headDim * cache.dtype().bytes();
  }

  /** Bytes of {@code count} stored keys and values of one head. */
  long bytes(int count) {
    return count * keyBytes;
  }

  int tileFirstRow(int tile) {
    return tile * tileRows;
  }

  int tileRowCount(int tile) {
    return Math.min(tileRows, rows - tile * tileRows);
  }

  KeyRows keys(int segment) {
    return plan.segments().get(segment).keys();
  }

  /** The KV head whose keys and values {@code reader} reads. */
  int kvHead(int reader) {
    return reader / readersPerKvHead;
  }

  /** Which list of a segment's keys {@code reader} reads. */
  int list(int segment, int reader) {
    return keys(segment).listOf(reader, readers);
  }

  int segments() {
    return plan.segments().size();
  }

  /** List index of the first key that {@code row} sees. */
  int from(int segment, int reader, int row) {
    long farthest = plan.segments().get(segment).reach().farthest();
    if (plan.window() > 0) {
      farthest = Math.min(farthest, plan.window() - 1);
    }
    if (farthest == Integer.MAX_VALUE) {
      return 0;
    }
    long first = (long) plan.firstPosition() + row - farthest;
    return lowerBound(keys(segment), list(segment, reader), first);
  }

  /** List index behind the last key that {@code row} sees; not before {@link #from}. */
  int to(int segment, int reader, int row) {
    long nearest = plan.segments().get(segment).reach().nearest();
    if (plan.causal()) {
      nearest = Math.max(nearest, 0);
    }
    KeyRows keys = keys(segment);
    if (nearest == Integer.MIN_VALUE) {
      return keys.count(list(segment, reader));
    }
    long end = (long) plan.firstPosition() + row - nearest + 1;
    // A window that ends before the nearest key that is seen leaves nothing.
    return Math.max(from(segment, reader, row), lowerBound(keys, list(segment, reader), end));
  }

  /** List index of the first key that a tile reads. */
  int tileFrom(int segment, int reader, int tile) {
    return from(segment, reader, tileFirstRow(tile));
  }

  /** List index behind the last key that a tile reads. */
  int tileTo(int segment, int reader, int tile) {
    return to(segment, reader, tileFirstRow(tile) + tileRowCount(tile) - 1);
  }

  /** Keys that a tile reads, all segments together. */
  int tileKeys(int reader, int tile) {
    int count = 0;
    for (int s = 0; s < segments(); s++) {
      count += tileTo(s, reader, tile) - tileFrom(s, reader, tile);
    }
    return count;
  }

  /** What executing the plan costs. */
  AttentionCost cost() {
    long pairs = 0;
    long bytes = 0;
    for (int reader = 0; reader < readers; reader++) {
      for (int tile = 0; tile < tiles; tile++) {
        bytes += bytes(tileKeys(reader, tile));
      }
      for (int s = 0; s < segments(); s++) {
        for (int row = 0; row < rows; row++) {
          pairs += (long) group * (to(s, reader, row) - from(s, reader, row));
        }
      }
    }
    return new AttentionCost(pairs, bytes);
  }

  private static int lowerBound(KeyRows keys, int listIndex, long row) {
    if (keys instanceof KeyRows.Range range) {
      return (int) Math.clamp(row - range.from(), 0L, (long) range.to() - range.from());
    }
    int[] list = ((KeyRows.Gathered) keys).list(listIndex);
    if (row > Integer.MAX_VALUE) {
      return list.length;
    }
    int found = Arrays.binarySearch(list, (int) Math.max(row, 0));
    return found >= 0 ? found : -found - 1;
  }
}
