package dev.winnow.kernels.cpu;

import dev.winnow.kernels.AttentionCost;
import dev.winnow.kernels.AttentionOutput;
import dev.winnow.kernels.AttentionPlan;
import dev.winnow.kernels.HeadsView;
import dev.winnow.kernels.Kernels;
import dev.winnow.kernels.KvPages;
import dev.winnow.kernels.RotaryTable;
import java.util.Arrays;

/**
 * The kernels on the CPU: Vector API code on a fixed set of threads, the calling one among them.
 *
 * <p>Calls from several threads run one after the other.
 */
public final class CpuKernels implements Kernels {
  private final WorkerPool pool;
  private final TileRunner[] runners;
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
    VectorModule.require();
    this.pool = pool;
    rowKernels = new RowKernels(pool);
    runners = new TileRunner[pool.threads()];
    Arrays.setAll(runners, i -> new TileRunner());
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
