package dev.winnow.engine.testing;

import dev.winnow.kernels.AttentionCost;
import dev.winnow.kernels.AttentionOutput;
import dev.winnow.kernels.AttentionPlan;
import dev.winnow.kernels.Buffer;
import dev.winnow.kernels.HeadsView;
import dev.winnow.kernels.Kernels;
import dev.winnow.kernels.KeyPages;
import dev.winnow.kernels.KeyRows;
import dev.winnow.kernels.KeyStore;
import dev.winnow.kernels.KvPages;
import dev.winnow.kernels.RotaryTable;
import dev.winnow.kernels.SelectionCost;

/**
 * Kernels that count by themselves what those behind them should read and compute, from the
 * arguments of each call and one key at a time.
 *
 * <p>Attention: heads that read the same rows share a read, and queries are taken in tiles of whole
 * rows, 128 queries or the one row that has more; a tile reads a key once if any of its rows sees
 * it. Scores: each row once for all heads of a group.
 */
public final class CountedReads implements Kernels {
  private static final int TILE_QUERIES = 128;

  private final Kernels kernels;
  private long attended;
  private long pairs;
  private long scored;
  private long scoringFlops;

  /** Counts on top of {@code kernels}, which are closed with this. */
  public CountedReads(Kernels kernels) {
    this.kernels = kernels;
  }

  /** Bytes of keys and values that attention reads, whoever asked for it. */
  public long attended() {
    return attended;
  }

  /** (query head, key) pairs of attention. */
  public long pairs() {
    return pairs;
  }

  /** Bytes of keys, packed keys and representatives that scoring reads. */
  public long scored() {
    return scored;
  }

  /** Operations of scoring, two per multiply-add. */
  public long scoringFlops() {
    return scoringFlops;
  }

  @Override
  public AttentionCost attend(AttentionPlan plan, KvPages cache, AttentionOutput output) {
    int heads = plan.segments().getFirst().queries().heads();
    int readers = cache.kvHeads();
    for (AttentionPlan.Segment segment : plan.segments()) {
      readers = Math.max(readers, segment.keys().listCount());
    }
    int group = heads / readers;
    int tile = Math.max(1, TILE_QUERIES / group);
    for (int reader = 0; reader < readers; reader++) {
      for (int first = 0; first < plan.rows(); first += tile) {
        int end = Math.min(plan.rows(), first + tile);
        for (AttentionPlan.Segment segment : plan.segments()) {
          attend(plan, segment, segment.keys().listOf(reader, readers), first, end, group, cache);
        }
      }
    }
    return kernels.attend(plan, cache, output);
  }

  private void attend(
      AttentionPlan plan,
      AttentionPlan.Segment segment,
      int list,
      int first,
      int end,
      int group,
      KvPages cache) {
    KeyRows keys = segment.keys();
    for (int i = 0; i < keys.count(list); i++) {
      int seeing = 0;
      for (int row = first; row < end; row++) {
        seeing += plan.sees(segment, plan.firstPosition() + row, keys.row(list, i)) ? 1 : 0;
      }
      pairs += (long) seeing * group;
      attended += seeing > 0 ? 2L * cache.headDim() * cache.dtype().bytes() : 0;
    }
  }

  @Override
  public SelectionCost scoreKeys(
      HeadsView queries, KeyStore keys, int from, int to, Buffer scores) {
    for (int row = from; row < to; row++) {
      scored += (long) keys.heads() * keys.headDim() * keys.dtype().bytes();
      scoringFlops += 2L * queries.heads() * keys.headDim();
    }
    return kernels.scoreKeys(queries, keys, from, to, scores);
  }

  @Override
  public SelectionCost blockScores(
      HeadsView probe, KeyStore representatives, int from, int to, Buffer scores) {
    int width = representatives.headDim();
    scoringFlops += 2L * width; // the probe's norm
    for (int row = from; row < to; row++) {
      scored += (long) width * representatives.dtype().bytes();
      scoringFlops += 2L * 2 * width; // a dot product and a norm
    }
    return kernels.blockScores(probe, representatives, from, to, scores);
  }

  @Override
  public String describe() {
    return kernels.describe();
  }

  @Override
  public void rotate(HeadsView x, RotaryTable table, int firstPosition) {
    kernels.rotate(x, table, firstPosition);
  }

  @Override
  public void rotate(HeadsView x, RotaryTable table, int[] positions) {
    kernels.rotate(x, table, positions);
  }

  @Override
  public void appendKv(HeadsView keys, HeadsView values, KvPages cache) {
    kernels.appendKv(keys, values, cache);
  }

  @Override
  public void packKeys(KvPages cache, int firstRow, int rows, int[][] dims, KeyPages packed) {
    kernels.packKeys(cache, firstRow, rows, dims, packed);
  }

  @Override
  public void softVote(Buffer scores, int heads, int groups, int count, Buffer votes) {
    kernels.softVote(scores, heads, groups, count, votes);
  }

  @Override
  public int[] topK(Buffer scores, long offset, int count, int k) {
    return kernels.topK(scores, offset, count, k);
  }

  @Override
  public int[][] topKRows(Buffer scores, int rows, int count, int k) {
    return kernels.topKRows(scores, rows, count, k);
  }

  @Override
  public AttentionCost cost(AttentionPlan plan, KvPages cache) {
    return kernels.cost(plan, cache);
  }

  @Override
  public void close() {
    kernels.close();
  }
}
