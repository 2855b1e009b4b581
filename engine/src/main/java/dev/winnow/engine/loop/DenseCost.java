package dev.winnow.engine.loop;

import dev.winnow.kernels.AttentionCost;
import dev.winnow.kernels.AttentionPlan;
import dev.winnow.kernels.DType;
import dev.winnow.kernels.HeadsView;
import dev.winnow.kernels.Kernels;
import dev.winnow.kernels.KvPages;
import dev.winnow.models.AttentionSpec;
import java.util.HashMap;
import java.util.Map;

/**
 * What dense attention of a layer would have cost had every token been through it.
 *
 * <p>A cache is stood in for by one page listed as often as needed, since costs depend on shapes
 * alone. Safe for use by several threads.
 */
final class DenseCost implements AutoCloseable {
  private record Shape(int kvHeads, int headDim) {}

  private final Kernels kernels;
  private final DType dtype;
  private final Map<Shape, KvPages> standIns = new HashMap<>();

  DenseCost(Kernels kernels, DType dtype) {
    this.kernels = kernels;
    this.dtype = dtype;
  }

  /** The cost of {@code queries} at {@code firstPosition} and after, and all tokens before. */
  synchronized AttentionCost of(AttentionSpec spec, HeadsView queries, int firstPosition) {
    KvPages cache =
        standIns.computeIfAbsent(
            new Shape(spec.kvHeads(), spec.headDim()),
            shape -> new KvPages(shape.kvHeads(), shape.headDim(), dtype));
    int length = firstPosition + queries.rows();
    while (cache.capacity() < length) {
      cache.addPage(cache.capacity() == 0 ? cache.allocatePage() : cache.page(0));
    }
    cache.setLength(length);
    return kernels.cost(
        AttentionPlan.dense(queries, firstPosition, spec.window(), spec.scale()), cache);
  }

  @Override
  public synchronized void close() {
    for (KvPages cache : standIns.values()) {
      if (cache.capacity() > 0) {
        cache.page(0).close();
      }
    }
    standIns.clear();
  }
}
