package dev.winnow.engine.loop;

import dev.winnow.kernels.Buffer;
import dev.winnow.kernels.DType;
import dev.winnow.kernels.HeadsView;
import dev.winnow.models.CausalLm;
import dev.winnow.models.Workspace;
import java.lang.foreign.MemorySegment;

/**
 * The memory one step computes in: the model's workspace, a copy of the queries and what attention
 * tells of its keys.
 */
final class StepBuffers implements AutoCloseable {
  private final Workspace workspace;
  private Buffer queries;
  private Buffer mass;

  StepBuffers(CausalLm model, int rows) {
    workspace = model.newWorkspace(rows);
  }

  Workspace workspace() {
    return workspace;
  }

  /** A copy of {@code from}, valid until the next call. */
  HeadsView copyOf(HeadsView from) {
    int rowElements = from.heads() * from.headDim();
    long elements = (long) workspace.capacity() * rowElements;
    if (queries == null || queries.elements() < elements) {
      if (queries != null) {
        queries.close();
      }
      queries = Buffer.allocate(DType.F32, elements);
    }
    HeadsView copy = HeadsView.dense(queries, from.rows(), from.heads(), from.headDim());
    for (int row = 0; row < from.rows(); row++) {
      MemorySegment.copy(
          from.buffer().segment(),
          from.index(row, 0) * Float.BYTES,
          queries.segment(),
          copy.index(row, 0) * Float.BYTES,
          (long) rowElements * Float.BYTES);
    }
    return copy;
  }

  /** Float32 memory of exactly {@code elements}, valid until the next call. */
  Buffer mass(long elements) {
    if (mass == null || mass.elements() != elements) {
      if (mass != null) {
        mass.close();
      }
      mass = Buffer.allocate(DType.F32, elements);
    }
    return mass;
  }

  @Override
  public void close() {
    workspace.close();
    if (mass != null) {
      mass.close();
    }
    if (queries != null) {
      queries.close();
    }
  }
}
