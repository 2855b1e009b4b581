package dev.winnow.kernels.cpu;

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
import java.util.Arrays;
import java.util.function.Supplier;

/**
 * The kernels on the CPU: Vector API code on a fixed set of threads, the calling one among them.
 *
 * <p>Calls from several threads run one after the other.
 */
public final class CpuKernels implements Kernels {
  private final WorkerPool pool;
  private final TileRunner[] runners;
  private final KeyScorer[] keyScorers;
  private final TopK[] topK;
  private final SelectionMemory selectionMemory;
  private final RowKernels rowKernels;

  /**
   * Kernels on threads of their own: {@code threads - 1} are started.
   *
   * @throws IllegalArgumentException if {@code threads} is less than 1 or more than 1024
   * @throws IllegalStateException if the JVM runs without {@code --add-modules
   *     jdk.incubator.vector}
   */
  public CpuKernels(int threads) {
    this(new WorkerPool(threads));
  }

  /**
   * Kernels on the threads of {@code pool}, which is closed with them.
   *
   * @throws IllegalStateException if the JVM runs without {@code --add-modules
   *     jdk.incubator.vector}
   */
  public CpuKernels(WorkerPool pool) {
    this(pool, KeyTile::new);
  }

  /** Kernels each of whose threads reads keys and values through one of {@code tiles}. */
  CpuKernels(WorkerPool pool, Supplier<KeyTile> tiles) {
    VectorModule.require();
    this.pool = pool;
    rowKernels = new RowKernels(pool);
    runners = new TileRunner[pool.threads()];
    Arrays.setAll(runners, i -> new TileRunner(tiles.get()));
    keyScorers = new KeyScorer[pool.threads()];
    Arrays.setAll(keyScorers, i -> new KeyScorer());
    topK = new TopK[pool.threads()];
    Arrays.setAll(topK, i -> new TopK());
    selectionMemory = new SelectionMemory(pool.threads());
  }

  /** Width of this machine's vectors such as {@code 512-bit vectors}, or why there are none. */
  public static String describeVectors() {
    return VectorModule.present()
        ? Lanes.bits() + "-bit vectors"
        : "no vectors: add the JVM flag --add-modules " + VectorModule.NAME;
  }

  @Override
  public String describe() {
    return "cpu (%s, %d %s)"
        .formatted(describeVectors(), pool.threads(), pool.threads() == 1 ? "thread" : "threads");
  }

  @Override
  public void rotate(HeadsView x, RotaryTable table, int firstPosition) {
    Arguments.checkRotate(x, table);
    Arguments.checkPositions(firstPosition, (long) firstPosition + Math.max(0, x.rows() - 1));
    rowKernels.rotate(x, table, row -> firstPosition + row);
  }

  @Override
  public void rotate(HeadsView x, RotaryTable table, int[] positions) {
    Arguments.checkRotate(x, table);
    if (positions.length != x.rows()) {
      throw new IllegalArgumentException(
          "%d positions for %d rows".formatted(positions.length, x.rows()));
    }
    for (int position : positions) {
      Arguments.checkPositions(position, position);
    }
    rowKernels.rotate(x, table, row -> positions[row]);
  }

  @Override
  public void appendKv(HeadsView keys, HeadsView values, KvPages cache) {
    Arguments.checkAppend(keys, values, cache);
    rowKernels.append(keys, values, cache);
  }

  @Override
  public void packKeys(KvPages cache, int firstRow, int rows, int[][] dims, KeyPages packed) {
    SelectionArguments.checkPack(cache, firstRow, rows, dims, packed);
    KeyPacking.pack(cache, firstRow, rows, dims, packed, pool);
  }

  @Override
  public SelectionCost scoreKeys(
      HeadsView queries, KeyStore keys, int from, int to, Buffer scores) {
    SelectionArguments.checkScoreKeys(queries, keys, from, to, scores);
    KeyScores call = new KeyScores(queries, keys, from, to, scores);
    return pool.exclusively(() -> call.run(pool, keyScorers));
  }

  @Override
  public void softVote(Buffer scores, int heads, int groups, int count, Buffer votes) {
    SelectionArguments.checkSoftVote(scores, heads, groups, count, votes);
    new SoftVote(scores, heads, groups, count, votes).run(pool);
  }

  @Override
  public int[] topK(Buffer scores, long offset, int count, int k) {
    SelectionArguments.checkTopK(scores, offset, 1, count, k);
    int[][] found = new int[1][];
    pool.runHere(1, (index, worker) -> found[0] = topK[worker].select(scores, offset, count, k));
    return found[0];
  }

  @Override
  public int[][] topKRows(Buffer scores, int rows, int count, int k) {
    SelectionArguments.checkTopK(scores, 0, rows, count, k);
    int[][] found = new int[rows][];
    pool.run(
        rows,
        (row, worker) -> found[row] = topK[worker].select(scores, (long) row * count, count, k));
    return found;
  }

  @Override
  public KeySelection selectKeys(
      HeadsView queries, KeyStore keys, int from, int to, int groups, int k) {
    SelectionArguments.checkSelectKeys(queries, keys, from, to, groups, k);
    return pool.exclusively(
        () ->
            new KeySelector(queries, keys, from, to, groups, k, selectionMemory)
                .run(pool, keyScorers, topK));
  }

  @Override
  public SelectionCost blockScores(
      HeadsView probe, KeyStore representatives, int from, int to, Buffer scores) {
    SelectionArguments.checkBlockScores(probe, representatives, from, to, scores);
    return new BlockScores(probe, representatives, from, to, scores).run(pool);
  }

  @Override
  public AttentionCost attend(AttentionPlan plan, KvPages cache, AttentionOutput output) {
    Arguments.checkPlan(plan, cache);
    AttentionGeometry geometry = new AttentionGeometry(plan, cache);
    Arguments.checkOutput(output, geometry);
    return pool.exclusively(() -> new AttentionCall(geometry, cache, output, pool, runners).run());
  }

  @Override
  public AttentionCost cost(AttentionPlan plan, KvPages cache) {
    Arguments.checkPlan(plan, cache);
    return new AttentionGeometry(plan, cache).cost();
  }

  @Override
  public void close() {
    pool.close();
  }
}
