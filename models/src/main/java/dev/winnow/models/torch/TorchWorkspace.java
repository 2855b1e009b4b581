package dev.winnow.models.torch;

import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.IValue;
import dev.winnow.kernels.Buffer;
import dev.winnow.kernels.DType;
import dev.winnow.kernels.HeadsView;
import dev.winnow.models.ModelConfig;
import dev.winnow.models.Workspace;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Activations in memory of ours that TorchScript sees as tensors: views are made once per number of
 * rows and kept, so that a decode step creates no tensors.
 *
 * <p>Few rows are computed together, each thread doing some of the output channels; of many rows
 * each thread takes its own, which needs no waiting in between.
 */
final class TorchWorkspace implements Workspace {
  /** Distinct row counts whose views are kept; a decode step needs one, chunked prefill another. */
  private static final int KEPT_VIEWS = 4;

  /** From this many rows per thread on, threads take rows instead of channels. */
  private static final int ROWS_PER_THREAD = 8;

  private final ModelConfig config;
  private final TorchProgram program;
  private final PtNDManager manager;
  private final ShardWidths widths;
  private final int threads;
  private final int capacity;
  private final int qWidth;
  private final int kvWidth;
  private final Buffer hidden;
  private final Buffer qkv;
  private final Buffer attended;
  private final Buffer inner;
  private final Buffer projected;
  private final Map<Integer, List<RowViews>> views = new HashMap<>();
  private PtNDManager viewManager;
  private final List<LogitsViews> logitsViews = new ArrayList<>();
  private PtNDManager logitsManager;
  private Buffer logits = Buffer.allocate(DType.F32, 0);
  private int logitsFirst;
  private int logitsCount;
  private int rows;
  private boolean closed;

  TorchWorkspace(
      ModelConfig config,
      TorchProgram program,
      PtNDManager manager,
      ShardWidths widths,
      int threads,
      int capacity) {
    if (capacity < 1) {
      throw new IllegalArgumentException("capacity must be >= 1, got " + capacity);
    }
    this.config = config;
    this.program = program;
    this.manager = manager;
    this.widths = widths;
    this.threads = threads;
    this.capacity = capacity;
    this.qWidth = config.heads() * config.headDim();
    this.kvWidth = config.kvHeads() * config.headDim();
    this.hidden = Buffer.allocate(DType.F32, (long) capacity * config.hiddenSize());
    this.qkv = Buffer.allocate(DType.F32, (long) capacity * (qWidth + 2L * kvWidth));
    this.attended = Buffer.allocate(DType.F32, (long) capacity * qWidth);
    this.inner = Buffer.allocate(DType.F32, (long) capacity * config.intermediateSize());
    this.projected = Buffer.allocate(DType.F32, (long) capacity * config.hiddenSize());
    this.viewManager = (PtNDManager) manager.newSubManager();
    this.logitsManager = (PtNDManager) manager.newSubManager();
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

  @Override
  public void keepRows(int[] kept) {
    long rowBytes = 4L * config.hiddenSize();
    int previous = -1;
    for (int row : kept) {
      if (row <= previous || row >= rows) {
        throw new IllegalArgumentException(
            "rows to keep must ascend within [0, %d), got %d after %d"
                .formatted(rows, row, previous));
      }
      previous = row;
    }
    for (int i = 0; i < kept.length; i++) {
      if (kept[i] != i) {
        MemorySegment.copy(
            hidden.segment(), kept[i] * rowBytes, hidden.segment(), i * rowBytes, rowBytes);
      }
    }
    setRows(kept.length);
  }

  /** Views of the rows in use: of all of them if they are few, else one per thread. */
  List<RowViews> views() {
    List<RowViews> known = views.get(rows);
    if (known != null) {
      return known;
    }
    if (views.size() >= KEPT_VIEWS) {
      dropViews();
    }
    int slices = slices(rows);
    List<RowViews> made = new ArrayList<>();
    for (int i = 0; i < slices; i++) {
      int from = (int) ((long) rows * i / slices);
      int to = (int) ((long) rows * (i + 1) / slices);
      made.add(make(new RowViews.Maker(program, viewManager, from, to - from)));
    }
    views.put(rows, made);
    return made;
  }

  private int slices(int count) {
    return threads > 1 && count >= ROWS_PER_THREAD * threads ? threads : 1;
  }

  private RowViews make(RowViews.Maker maker) {
    IValue hiddenRows = maker.tensor(hidden, config.hiddenSize());
    IValue innerRows = maker.tensor(inner, config.intermediateSize());
    IValue projectedRows = maker.tensor(projected, config.hiddenSize());
    return new RowViews(
        hiddenRows,
        maker.columns(hiddenRows, widths.hidden()),
        maker.columns(qkv, qWidth + 2 * kvWidth, widths.qkv()),
        maker.tensor(attended, qWidth),
        innerRows,
        maker.columns(innerRows, widths.inner()),
        projectedRows,
        maker.columns(projectedRows, widths.hidden()));
  }

  private void dropViews() {
    views.values().forEach(list -> list.forEach(RowViews::close));
    views.clear();
    viewManager.close();
    viewManager = (PtNDManager) manager.newSubManager();
  }

  /** Tensor arguments of the output head: rows of hidden, columns of logits. */
  record LogitsViews(IValue hidden, Shards out) {}

  /**
   * Views of rows {@code [firstRow, firstRow + count)} of hidden and of as many rows of logits:
   * one, or one per thread if the rows are many. Those of the last call are kept for a decode step.
   */
  List<LogitsViews> logitsViews(int firstRow, int count) {
    if (!logitsViews.isEmpty() && logitsFirst == firstRow && logitsCount == count) {
      return logitsViews;
    }
    dropLogitsViews();
    int vocabulary = config.vocabSize();
    long elements = (long) count * vocabulary;
    if (logits.elements() < elements) {
      logits.close();
      logits = Buffer.allocate(DType.F32, elements);
    }
    int slices = slices(count);
    for (int i = 0; i < slices; i++) {
      int from = (int) ((long) count * i / slices);
      int size = (int) ((long) count * (i + 1) / slices) - from;
      RowViews.Maker in = new RowViews.Maker(program, logitsManager, firstRow + from, size);
      RowViews.Maker out = new RowViews.Maker(program, logitsManager, from, size);
      logitsViews.add(
          new LogitsViews(
              in.tensor(hidden, config.hiddenSize()),
              out.columns(logits, vocabulary, widths.vocabulary())));
    }
    logitsFirst = firstRow;
    logitsCount = count;
    return logitsViews;
  }

  /** What was computed into the views, {@code [count, vocabSize]}. */
  Buffer logits() {
    long bytes = 4L * logitsCount * config.vocabSize();
    return Buffer.wrap(DType.F32, logits.segment().asSlice(0, bytes));
  }

  private void dropLogitsViews() {
    for (LogitsViews views : logitsViews) {
      views.hidden().close();
      views.out().close();
    }
    logitsViews.clear();
    logitsManager.close();
    logitsManager = (PtNDManager) manager.newSubManager();
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      views.values().forEach(list -> list.forEach(RowViews::close));
      viewManager.close();
      dropLogitsViews();
      logitsManager.close();
      hidden.close();
      qkv.close();
      attended.close();
      inner.close();
      projected.close();
      logits.close();
    }
  }
}
