package dev.winnow.engine.loop;

import dev.winnow.kernels.AttentionCost;
import dev.winnow.kernels.AttentionOutput;
import dev.winnow.kernels.AttentionPlan;
import dev.winnow.kernels.Buffer;
import dev.winnow.kernels.HeadsView;
import dev.winnow.kernels.Kernels;
import dev.winnow.kernels.KeyPages;
import dev.winnow.kernels.KeySelection;
import dev.winnow.kernels.KeyStore;
import dev.winnow.kernels.KvPages;
import dev.winnow.kernels.RotaryTable;
import dev.winnow.kernels.SelectionCost;
import java.util.function.Supplier;

/** Kernels for a technique at work on one layer: what it scores goes to the sequence's account. */
final class MeteredKernels implements Kernels {
  private final Kernels kernels;
  private final Sequence sequence;
  private final int layer;

  MeteredKernels(Kernels kernels, Sequence sequence, int layer) {
    this.kernels = kernels;
    this.sequence = sequence;
    this.layer = layer;
  }

  private <T> T timed(Supplier<T> work) {
    long start = System.nanoTime();
    T result = work.get();
    sequence.clock().scoring(System.nanoTime() - start);
    return result;
  }

  private SelectionCost counted(Supplier<SelectionCost> work) {
    SelectionCost cost = timed(work);
    sequence.ledger().selected(layer, cost.flops(), cost.bytesRead());
    return cost;
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
  public SelectionCost scoreKeys(
      HeadsView queries, KeyStore keys, int from, int to, Buffer scores) {
    return counted(() -> kernels.scoreKeys(queries, keys, from, to, scores));
  }

  @Override
  public void softVote(Buffer scores, int heads, int groups, int count, Buffer votes) {
    timed(
        () -> {
          kernels.softVote(scores, heads, groups, count, votes);
          return votes;
        });
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
  public KeySelection selectKeys(
      HeadsView queries, KeyStore keys, int from, int to, int groups, int k) {
    KeySelection selection = timed(() -> kernels.selectKeys(queries, keys, from, to, groups, k));
    SelectionCost cost = selection.cost();
    sequence.ledger().selected(layer, cost.flops(), cost.bytesRead());
    return selection;
  }

  @Override
  public SelectionCost blockScores(
      HeadsView probe, KeyStore representatives, int from, int to, Buffer scores) {
    return counted(() -> kernels.blockScores(probe, representatives, from, to, scores));
  }

  @Override
  public AttentionCost attend(AttentionPlan plan, KvPages cache, AttentionOutput output) {
    AttentionCost cost = timed(() -> kernels.attend(plan, cache, output));
    sequence.ledger().selected(layer, cost.flops(cache.headDim()), cost.kvBytesRead());
    return cost;
  }

  @Override
  public AttentionCost cost(AttentionPlan plan, KvPages cache) {
    return kernels.cost(plan, cache);
  }

  /** The kernels belong to the model. */
  @Override
  public void close() {}
}
