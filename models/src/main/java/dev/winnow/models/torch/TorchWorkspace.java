package dev.winnow.models.torch;

import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.IValue;
import dev.winnow.kernels.Buffer;
import dev.winnow.kernels.DType;
import dev.winnow.kernels.HeadsView;
import dev.winnow.models.ModelConfig;
import dev.winnow.models.Workspace;
import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.Map;

/**
 * Activations in memory of ours that TorchScript sees as tensors: views are made once per number of
 * rows and kept, so that a decode step creates no tensors.
 */
final class TorchWorkspace implements Workspace {
  /** Distinct row counts whose views are kept; a decode step needs one, chunked prefill another. */
  private static final int KEPT_VIEWS = 4;

  /** Tensor arguments for one number of rows. */
  record Views(IValue hidden, IValue qkv, IValue attended) implements AutoCloseable {
    @Override
    public void close() {
      hidden.close();
      qkv.close();
      attended.close();
    }
  }

  private final ModelConfig config;
  private final PtNDManager manager;
  private final int capacity;
  private final int qWidth;
  private final int kvWidth;
  private final Buffer hidden;
  private final Buffer qkv;
  private final Buffer attended;
  private final Map<Integer, Views> views = new HashMap<>();
  private PtNDManager viewManager;
  private Buffer logits = Buffer.allocate(DType.F32, 0);
  private int rows;
  private boolean closed;

  TorchWorkspace(ModelConfig config, PtNDManager manager, int capacity) {
    if (capacity < 1) {
      throw new IllegalArgumentException("capacity must be >= 1, got " + capacity);
    }
    this.config = config;
    this.manager = manager;
    this.capacity = capacity;
    this.qWidth = config.heads() * config.headDim();
    this.kvWidth = config.kvHeads() * config.headDim();
    this.hidden = Buffer.allocate(DType.F32, (long) capacity * config.hiddenSize());
    this.qkv = Buffer.allocate(DType.F32, (long) capacity * (qWidth + 2L * kvWidth));
    this.attended = Buffer.allocate(DType.F32, (long) capacity * qWidth);
    this.viewManager = (PtNDManager) manager.newSubManager();
  }

  @Override
  public int capacity() {
    return capacity;
  }

  @Override
  public int rows() {
    return rows;
  }

  @Override
  public Buffer hidden() {
    return hidden;
  }

  @Override
  public HeadsView queries() {
    return heads(0, config.heads());
  }

  @Override
  public HeadsView keys() {
    return heads(qWidth, config.kvHeads());
  }

  @Override
  public HeadsView values() {
    return heads(qWidth + kvWidth, config.kvHeads());
  }

  @Override
  public HeadsView attended() {
    return HeadsView.dense(attended, rows, config.heads(), config.headDim());
  }

  private HeadsView heads(int offset, int heads) {
    return new HeadsView(qkv, offset, rows, heads, config.headDim(), qWidth + 2 * kvWidth);
  }

  /** Sets the number of rows in use. */
  void setRows(int rows) {
    if (closed) {
      throw new IllegalStateException("the workspace is closed");
    }
    if (rows < 1 || rows > capacity) {
      throw new IllegalArgumentException(
          "rows must be in [1, %d], got %d".formatted(capacity, rows));
    }
    this.rows = rows;
  }

  /** Tensor arguments for the rows in use. */
  Views views() {
    Views known = views.get(rows);
    if (known != null) {
      return known;
    }
    if (views.size() >= KEPT_VIEWS) {
      dropViews();
    }
    Views made =
        new Views(
            argument(hidden, 0, rows, config.hiddenSize()),
            argument(qkv, 0, rows, qWidth + 2 * kvWidth),
            argument(attended, 0, rows, qWidth));
    views.put(rows, made);
    return made;
  }

  private IValue argument(Buffer buffer, int firstRow, int count, int width) {
    MemorySegment slice = buffer.segment().asSlice(4L * firstRow * width, 4L * count * width);
    return TorchTensors.argument(viewManager, slice, count, width);
  }

  private void dropViews() {
    views.values().forEach(Views::close);
    views.clear();
    viewManager.close();
    viewManager = (PtNDManager) manager.newSubManager();
  }

  /** Runs {@code action} on rows of hidden and an output {@code [count, vocabSize]}. */
  Buffer logits(int firstRow, int count, LogitsAction action) {
    long elements = (long) count * config.vocabSize();
    if (logits.elements() < elements) {
      logits.close();
      logits = Buffer.allocate(DType.F32, elements);
    }
    try (PtNDManager scratch = (PtNDManager) manager.newSubManager();
        IValue in =
            TorchTensors.argument(
                scratch,
                hidden
                    .segment()
                    .asSlice(4L * firstRow * config.hiddenSize(), 4L * count * config.hiddenSize()),
                count,
                config.hiddenSize());
        IValue out =
            TorchTensors.argument(
                scratch, logits.segment().asSlice(0, 4 * elements), count, config.vocabSize())) {
      action.run(in, out);
    }
    return Buffer.wrap(DType.F32, logits.segment().asSlice(0, 4 * elements));
  }

  /** Computes an output tensor from hidden rows. */
  interface LogitsAction {
    void run(IValue hidden, IValue out);
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      views.values().forEach(Views::close);
      viewManager.close();
      hidden.close();
      qkv.close();
      attended.close();
      logits.close();
    }
  }
}
