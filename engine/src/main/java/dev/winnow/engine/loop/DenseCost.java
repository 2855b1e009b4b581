package dev.winnow.engine.loop;

import dev.winnow.kernels.AttentionCost;
import dev.winnow.kernels.AttentionPlan;
import dev.winnow.kernels.Buffer;
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
  private Buffer queries = Buffer.allocate(DType.F32, 0);

  DenseCost(Kernels kernels, DType dtype) {
    this.kernels = kernels;
    this.dtype = dtype;
  }

  /**
   * The cost of {@code rows} queries from token {@code first} on, over all tokens they see, had
   * they come in the chunks of dense execution: a technique may want smaller ones, and each reads
   * the keys before it again.
   */
  AttentionCost of(AttentionSpec spec, int rows, int first, DenseChunks chunks) {
    AttentionCost cost = AttentionCost.ZERO;
    int end = first + rows;
    for (int from = first; from < end; ) {
      int start = chunks.startOf(from);
      int to = Math.min(end, start + chunks.size());
      cost = cost.plus(of(spec, to - start, start));
      if (from > start) {
        cost = cost.minus(of(spec, from - start, start));
      }
      from = to;
    }
    return cost;
  }

  private synchronized AttentionCost of(AttentionSpec spec, int rows, int firstPosition) {
    HeadsView queries = queries(rows, spec);
    KvPages cache =
        standIns.computeIfAbsent(
            new Shape(spec.kvHeads(), spec.headDim()),
            shape -> new KvPages(shape.kvHeads(), shape.headDim(), dtype));
    int length = firstPosition + rows;
    while (cache.capacity() < length) {
      cache.addPage(cache.capacity() == 0 ? cache.allocatePage() : cache.page(0));
    }
    cache.setLength(length);
    AttentionPlan plan =
        spec.causal()
            ? AttentionPlan.dense(queries, firstPosition, spec.window(), spec.scale())
            : AttentionPlan.bidirectional(queries, firstPosition, length, spec.scale());
    return kernels.cost(plan, cache);
  }

  private HeadsView queries(int rows, AttentionSpec spec) {
    long elements = (long) rows * spec.heads() * spec.headDim();
    if (queries.elements() < elements) {
      queries.close();
      queries = Buffer.allocate(DType.F32, elements);
    }
    return HeadsView.dense(queries, rows, spec.heads(), spec.headDim());
  }

  @Override
  public synchronized void close() {
    queries.close();
    for (KvPages cache : standIns.values()) {
      if (cache.capacity() > 0) {
        cache.page(0).close();
      }
    }
    standIns.clear();
  }
}
