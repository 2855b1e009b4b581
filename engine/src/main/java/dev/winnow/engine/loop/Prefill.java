package dev.winnow.engine.loop;

import dev.winnow.engine.metrics.Events;
import dev.winnow.engine.technique.Phase;
import dev.winnow.kernels.Buffer;
import dev.winnow.models.CausalLm;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.function.BooleanSupplier;

/**
 * Computes the tokens that a sequence has waiting, a chunk at a time; a generated token is a chunk
 * of one. A chunk that fails leaves the sequence as it was before it.
 */
final class Prefill {
  /** Rows of logits computed at once: with a vocabulary of 256k, 16 MiB. */
  private static final int LOGIT_ROWS = 16;

  private final CausalLm model;
  private final DecoderStep step;
  private final BufferPool buffers;
  private final Lifecycle lifecycle;
  private final int chunk;

  Prefill(
      CausalLm model, DecoderStep step, BufferPool buffers, Lifecycle lifecycle, int chunkTokens) {
    this.model = model;
    this.step = step;
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
            Buffer scores = model.logits(rows.workspace(), rows.workspace().rows() - 1, 1);
            copy(scores, 0, logits);
            sequence.ledger().matrixProducts(model.headFlops(), model.headFlops());
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
          for (int from = 0; from < count; from += LOGIT_ROWS) {
            int now = Math.min(LOGIT_ROWS, count - from);
            Buffer scores = model.logits(rows.workspace(), from, now);
            sequence.ledger().matrixProducts(now * model.headFlops(), now * model.headFlops());
            for (int row = 0; row < now; row++) {
              copy(scores, row, logits);
              consumer.accept(first + from + row, logits);
            }
          }
        });
  }

  /** What happens with a chunk's rows before the buffers go back. */
  private interface Rows {
    void accept(StepBuffers buffers, int first, int count);
  }

  private boolean chunks(
      Sequence sequence, int upTo, Phase phase, BooleanSupplier cancelled, Rows rows) {
    while (sequence.computed() < upTo) {
      if (cancelled.getAsBoolean() || !lifecycle.enter()) {
        return false;
      }
      try {
        synchronized (sequence) {
          if (sequence.isClosed()) {
            return false;
          }
          int most = Math.min(chunk, sequence.techniques().maxRows());
          chunk(sequence, Math.min(upTo, sequence.computed() + most), phase, rows);
        }
      } finally {
        lifecycle.exit();
      }
    }
    return true;
  }

  private void chunk(Sequence sequence, int upTo, Phase phase, Rows rows) {
    int first = sequence.computed();
    int[] ids = sequence.ids(first, upTo);
    Events.Prefill prefill = new Events.Prefill();
    Events.DecodeStep decode = new Events.DecodeStep();
    (phase == Phase.PREFILL ? prefill : decode).begin();
    StepBuffers borrowed = buffers.borrow();
    try {
      step.run(sequence, ids, phase, borrowed);
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

  private static void copy(Buffer scores, int row, float[] logits) {
    long offset = (long) row * logits.length * Float.BYTES;
    MemorySegment.copy(
        scores.segment(), ValueLayout.JAVA_FLOAT_UNALIGNED, offset, logits, 0, logits.length);
  }
}
