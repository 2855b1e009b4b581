package dev.winnow.models.torch;

import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.IValue;
import dev.winnow.kernels.Buffer;
import dev.winnow.kernels.DType;
import dev.winnow.models.CheckpointException;
import dev.winnow.models.WeightFormat;
import dev.winnow.models.checkpoint.Checkpoint;
import dev.winnow.models.checkpoint.TensorInfo;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;

/**
 * Turns the tensors of a checkpoint into packed matrices: converts to float32 piece by piece, folds
 * norm gains, rotates where the weight format wants it, joins fused projections, packs. Safe for
 * use by several threads.
 */
final class WeightLoader implements AutoCloseable {
  /** Elements of a piece, about: what is held in float32 beside the packed weights. */
  private static final long PIECE_ELEMENTS = 1 << 23;

  /** Pieces start at multiples of this, so that rotated blocks are never cut. */
  private static final int PIECE_ROWS = 64;

  private final Checkpoint checkpoint;
  private final TorchProgram program;
  private final PtNDManager manager;
  private final WeightFormat format;
  private final PtNDArray empty;
  private final LongAdder bytes = new LongAdder();

  /** Packed matrices live in {@code manager}. */
  WeightLoader(
      Checkpoint checkpoint, TorchProgram program, PtNDManager manager, WeightFormat format) {
    this.checkpoint = checkpoint;
    this.program = program;
    this.manager = manager;
    this.format = format;
    this.empty = TorchTensors.of(manager, new float[0], 0);
  }

  /** Bytes that the matrices packed so far take. */
  long bytes() {
    return bytes.sum();
  }

  /** A norm's gain plus {@code offset}. */
  float[] gain(String name, double offset) {
    float[] gain = floats(name);
    for (int i = 0; i < gain.length; i++) {
      gain[i] += (float) offset;
    }
    return gain;
  }

  /** Rows of the tensor {@code name}. */
  long rows(String name) {
    return checkpoint.tensors().get(name).rows();
  }

  /** A vector as float32. */
  float[] floats(String name) {
    TensorInfo info = checkpoint.tensors().get(name);
    float[] values = new float[Math.toIntExact(info.elements())];
    MemorySegment segment = MemorySegment.ofArray(values);
    checkpoint.read(name, 0, info.rows(), segment);
    for (float value : values) {
      if (!Float.isFinite(value)) {
        throw notFinite(name);
      }
    }
    return values;
  }

  /** A part of a matrix: rows of one tensor, its own output rotation. */
  record Part(String name, long firstRow, long rows, BlockHadamard output) {}

  /** As {@link #pack} for the output head, which may be held in another format. */
  Shards packHead(
      String name,
      float[] gain,
      BlockHadamard foldedInput,
      BlockHadamard runtimeInput,
      int[] widths) {
    return pack(
        "_head",
        TorchProgram.headFormat(format),
        List.of(new Part(name, 0, rows(name), null)),
        gain,
        null,
        foldedInput,
        runtimeInput,
        widths);
  }

  /**
   * Packs the parts, one below the other.
   *
   * @param gain folded into the columns, or null
   * @param bias of all parts together, already rotated, or null
   * @param foldedInput rotation of the input that upstream has already applied, or null
   * @param runtimeInput rotation of the input to apply at run time, or null
   * @param widths rows of each shard
   */
  Shards pack(
      List<Part> parts,
      float[] gain,
      float[] bias,
      BlockHadamard foldedInput,
      BlockHadamard runtimeInput,
      int[] widths) {
    return pack("", format, parts, gain, bias, foldedInput, runtimeInput, widths);
  }

  private Shards pack(
      String suffix,
      WeightFormat packedFormat,
      List<Part> parts,
      float[] gain,
      float[] bias,
      BlockHadamard foldedInput,
      BlockHadamard runtimeInput,
      int[] widths) {
    BlockHadamard input = foldedInput != null ? foldedInput : runtimeInput;
    try (PtNDManager scratch = (PtNDManager) manager.newSubManager();
        IValue gainArgument = vector(scratch, gain);
        IValue inputArgument = rotation(scratch, input)) {
      List<PtNDArray> pieces = new ArrayList<>();
      long out = 0;
      long width = 0;
      for (Part part : parts) {
        TensorInfo info = checkpoint.tensors().get(part.name());
        width = info.rowLength();
        long step = Math.max(PIECE_ROWS, PIECE_ELEMENTS / width / PIECE_ROWS * PIECE_ROWS);
        for (long row = 0; row < part.rows(); row += step) {
          long rows = Math.min(step, part.rows() - row);
          try (Buffer buffer = Buffer.allocate(DType.F32, rows * width);
              IValue outputArgument = rotation(scratch, part.output())) {
            checkpoint.read(part.name(), part.firstRow() + row, rows, buffer.segment());
            try (PtNDArray lent = TorchTensors.view(scratch, buffer.segment(), rows, width);
                IValue argument = IValue.from(lent)) {
              requireFinite(part.name(), argument);
              try (IValue piece =
                  program.call("prepare", argument, gainArgument, inputArgument, outputArgument)) {
                pieces.add((PtNDArray) piece.toTensor(scratch));
              }
            }
          }
        }
        out += part.rows();
      }
      long[] rows = Arrays.stream(widths).asLongStream().toArray();
      try (IValue biasArgument = vector(manager, bias);
          IValue runtime = rotation(manager, runtimeInput);
          IValue list = IValue.listFrom(pieces.toArray(PtNDArray[]::new));
          IValue whole = program.call("join", list);
          IValue split = IValue.listFrom(rows)) {
        IValue packed = program.call("pack" + suffix, whole, biasArgument, runtime, split);
        bytes.add(packedBytes(packedFormat, out, width));
        return Shards.of(program, "shard" + suffix, packed, widths.length).ownedBy(manager);
      }
    }
  }

  private static long packedBytes(WeightFormat format, long out, long width) {
    return switch (format) {
      case F32 -> 4 * out * width;
      case F16 -> 2 * out * width;
      case INT8 -> out * width + 8 * out;
    };
  }

  private void requireFinite(String name, IValue piece) {
    try (IValue finite = program.call("finite", piece)) {
      if (!finite.toBoolean()) {
        throw notFinite(name);
      }
    }
  }

  private CheckpointException notFinite(String name) {
    return new CheckpointException(
        "%s: %s holds NaN or infinite weights; every weight must be a finite number. Download or"
                .formatted(checkpoint.source(), name)
            + " convert the checkpoint again.");
  }

  /** The caller closes it: a tensor lives until the last argument that refers to it is closed. */
  private IValue vector(PtNDManager owner, float[] values) {
    return IValue.from(values == null ? empty : TorchTensors.of(owner, values, values.length));
  }

  private IValue rotation(PtNDManager owner, BlockHadamard hadamard) {
    return IValue.from(
        hadamard == null
            ? empty
            : TorchTensors.of(owner, hadamard.matrix(), hadamard.block(), hadamard.block()));
  }

  @Override
  public void close() {
    empty.close();
  }

  /** Reads one row into {@code row}. */
  static void readRow(Checkpoint checkpoint, String name, int index, float[] row) {
    MemorySegment segment = MemorySegment.ofArray(row);
    checkpoint.read(name, index, 1, segment);
  }

  /** Copies {@code values} to row {@code index} of {@code [rows, values.length]}. */
  static void store(float[] values, MemorySegment destination, int index) {
    MemorySegment.copy(
        values,
        0,
        destination,
        ValueLayout.JAVA_FLOAT_UNALIGNED,
        (long) index * values.length * 4,
        values.length);
  }
}
