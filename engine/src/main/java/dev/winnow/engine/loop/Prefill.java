package dev.winnow.engine.loop;

import dev.winnow.engine.metrics.Events;
import dev.winnow.engine.technique.Phase;
import dev.winnow.models.CausalLm;
import java.util.function.BooleanSupplier;

/**
 * Computes the tokens that a sequence has waiting, a chunk at a time; a generated token is a chunk
 * of one. A chunk that fails leaves the sequence as it was before it.
 */
final class Prefill {
  private final CausalLm model;
  private final DecoderStep step;
  private final LogitRows logitRows;
  private final BufferPool buffers;
  private final Lifecycle lifecycle;
  private final int chunk;

  Prefill(
      CausalLm model, DecoderStep step, BufferPool buffers, Lifecycle lifecycle, int chunkTokens) {
    this.model = model;
    this.step = step;
    this.logitRows = new LogitRows(model);
    this.buffers = buffers;
    this.lifecycle = lifecycle;
    this.chunk = chunkTokens;
  }

  /** Computes tokens up to {@code upTo} without logits; false if cancelled before that. */
  boolean fill(Sequence sequence, int upTo, BooleanSupplier cancelled) {
    return chunks(sequence, upTo, Phase.PREFILL, cancelled, null);
  }

  /** Computes all tokens; {@code logits} receives those of the last. */
  boolean last(Sequence sequence, Phase phase, BooleanSupplier cancelled, float[] logits) {
    int upTo = sequence.length();
    return chunks(
        sequence,
        upTo,
        phase,
        cancelled,
        (rows, first, count) -> {
          if (first + count == upTo) {
            // Fewer rows than tokens may be left, but the last one always is.
            int row = rows.workspace().rows() - 1;
            logitRows.one(sequence, rows.workspace(), row, logits);
          }
        });
  }

  /** Computes all tokens and passes on the logits of each. */
  boolean each(Sequence sequence, Phase phase, BooleanSupplier cancelled, LogitsConsumer consumer) {
    float[] logits = new float[model.config().vocabSize()];
    return chunks(
        sequence,
        sequence.length(),
        phase,
        cancelled,
        (rows, first, count) -> {
          if (rows.workspace().rows() != count) {
            throw new IllegalStateException(
                "every token is to be scored, but a technique pruned some; score without pruning");
          }
          logitRows.each(sequence, rows.workspace(), 0, count, first, logits, consumer);
        });
  }

  /** What happens with a chunk's rows before the buffers go back. */
  private interface Rows {
    void accept(StepBuffers buffers, int first, int count);
  }

  private boolean chunks(
      Sequence sequence, int upTo, Phase phase, BooleanSupplier cancelled, Rows rows) {
    int most = Math.min(chunk, sequence.techniques().maxRows());
    DenseChunks dense = new DenseChunks(sequence.computed(), chunk, most == chunk);
    while (sequence.computed() < upTo) {
      if (cancelled.getAsBoolean() || !lifecycle.enter()) {
        return false;
      }
      try {
        synchronized (sequence) {
          if (sequence.isClosed()) {
            return false;
          }
          chunk(sequence, Math.min(upTo, sequence.computed() + most), phase, rows, dense);
        }
      } finally {
        lifecycle.exit();
      }
    }
    return true;
  }

  private void chunk(Sequence sequence, int upTo, Phase phase, Rows rows, DenseChunks dense) {
    int first = sequence.computed();
    int[] ids = sequence.ids(first, upTo);
    Events.Prefill prefill = new Events.Prefill();
    Events.DecodeStep decode = new Events.DecodeStep();
    (phase == Phase.PREFILL ? prefill : decode).begin();
    StepBuffers borrowed = buffers.borrow(chunk);
    try {
      step.run(sequence, ids, phase, borrowed, dense);
      sequence.notePeak();
      if (rows != null) {
        rows.accept(borrowed, first, ids.length);
      }
    } catch (RuntimeException | Error e) {
      sequence.forgetComputed(first);
      throw e;
    } finally {
      buffers.giveBack(borrowed);
    }
    if (phase == Phase.PREFILL && prefill.shouldCommit()) {
      prefill.tokens = ids.length;
      prefill.position = first;
      prefill.commit();
    } else if (phase == Phase.DECODE && decode.shouldCommit()) {
      decode.position = first;
      decode.commit();
    }
  }
}
