package dev.winnow.engine.loop;

import dev.winnow.engine.metrics.Events;
import dev.winnow.engine.metrics.LedgerCounter;
import dev.winnow.engine.metrics.StageClock;
import dev.winnow.engine.technique.Phase;
import dev.winnow.models.CausalLm;
import java.util.function.BooleanSupplier;

/**
 * A sequence of a bidirectional model: every token depends on every other, so each pass computes
 * all of them anew.
 */
public final class Canvas implements AutoCloseable {
  private final Sequence sequence;
  private final DecoderStep step;
  private final LogitRows logitRows;
  private final BufferPool buffers;
  private final Lifecycle lifecycle;
  private final float[] logits;

  Canvas(
      Sequence sequence,
      CausalLm model,
      DecoderStep step,
      BufferPool buffers,
      Lifecycle lifecycle) {
    this.sequence = sequence;
    this.step = step;
    this.logitRows = new LogitRows(model);
    this.buffers = buffers;
    this.lifecycle = lifecycle;
    this.logits = new float[model.config().vocabSize()];
  }

  /**
   * Takes {@code ids} through the model and passes on the logits of positions {@code [from, to)};
   * false if cancelled or closed before that.
   */
  public boolean compute(
      int[] ids, int from, int to, BooleanSupplier cancelled, LogitsConsumer consumer) {
    if (cancelled.getAsBoolean() || !lifecycle.enter()) {
      return false;
    }
    try {
      synchronized (sequence) {
        if (sequence.isClosed()) {
          return false;
        }
        pass(ids, from, to, consumer);
      }
    } finally {
      lifecycle.exit();
    }
    return true;
  }

  private void pass(int[] ids, int from, int to, LogitsConsumer consumer) {
    Events.Prefill event = new Events.Prefill();
    event.begin();
    sequence.truncate(0);
    sequence.append(ids);
    StepBuffers borrowed = buffers.borrow(ids.length);
    try {
      step.run(sequence, ids, Phase.PREFILL, borrowed, new DenseChunks(0, ids.length, true));
      sequence.notePeak();
      logitRows.each(sequence, borrowed.workspace(), from, to - from, from, logits, consumer);
    } finally {
      buffers.giveBack(borrowed);
    }
    if (event.shouldCommit()) {
      event.tokens = ids.length;
      event.commit();
    }
  }

  /** Where its time went. */
  public StageClock clock() {
    return sequence.clock();
  }

  /** Whether {@code tokens} tokens fit; an exception says what would. */
  public void checkFits(int tokens) {
    sequence.checkFits(tokens);
  }

  /** What was counted. */
  public LedgerCounter ledger() {
    return sequence.ledger();
  }

  /** Most bytes of keys and values it held. */
  public long peakKvBytes() {
    return sequence.peakKvBytes();
  }

  /** Gives its memory back, after the pass in progress. */
  @Override
  public void close() {
    sequence.close();
  }
}
