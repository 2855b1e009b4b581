package dev.winnow.models.torch;

import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.IValue;
import dev.winnow.kernels.Buffer;
import java.util.Arrays;

/**
 * Tensor arguments over some rows of a workspace, with the columns that the shards of each matrix
 * write to.
 *
 * @param hidden {@code [rows, hidden]}
 * @param hiddenColumns its columns
 * @param qkvColumns columns of the fused projection
 * @param attended {@code [rows, heads headDim]}
 * @param inner {@code [rows, intermediate]}
 * @param innerColumns its columns
 * @param projected {@code [rows, hidden]}: outputs of projections that are normed
 * @param projectedColumns its columns
 */
record RowViews(
    IValue hidden,
    Shards hiddenColumns,
    Shards qkvColumns,
    IValue attended,
    IValue inner,
    Shards innerColumns,
    IValue projected,
    Shards projectedColumns)
    implements AutoCloseable {

  /** Makes views; see {@link TorchWorkspace} for the buffers. */
  static final class Maker {
    private final TorchProgram program;
    private final PtNDManager manager;
    private final int firstRow;
    private final int rows;

    Maker(TorchProgram program, PtNDManager manager, int firstRow, int rows) {
      this.program = program;
      this.manager = manager;
      this.firstRow = firstRow;
      this.rows = rows;
    }

    IValue tensor(Buffer buffer, int width) {
      return TorchTensors.argument(
          manager, buffer.segment().asSlice(4L * firstRow * width, 4L * rows * width), rows, width);
    }

    /** Columns of a buffer that is not needed whole. */
    Shards columns(Buffer buffer, int width, int[] widths) {
      try (IValue tensor = tensor(buffer, width)) {
        return columns(tensor, widths);
      }
    }

    Shards columns(IValue tensor, int[] widths) {
      try (IValue split = IValue.listFrom(Arrays.stream(widths).asLongStream().toArray())) {
        IValue all = program.call("columns", tensor, split);
        return Shards.of(program, "pick", all, widths.length);
      }
    }
  }

  @Override
  public void close() {
    hidden.close();
    hiddenColumns.close();
    qkvColumns.close();
    attended.close();
    inner.close();
    innerColumns.close();
    projected.close();
    projectedColumns.close();
  }
}
