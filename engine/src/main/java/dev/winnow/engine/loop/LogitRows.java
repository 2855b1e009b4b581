package dev.winnow.engine.loop;

import dev.winnow.kernels.Buffer;
import dev.winnow.models.CausalLm;
import dev.winnow.models.Workspace;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Computes the logits of several rows, a few at a time. */
final class LogitRows {
  /** Rows of logits computed at once: with a vocabulary of 256k, 16 MiB. */
  private static final int AT_ONCE = 16;

  private final CausalLm model;

  LogitRows(CausalLm model) {
    this.model = model;
  }

  /**
   * Passes on the logits of {@code count} rows from {@code row} on.
   *
   * @param position position of the first
   * @param logits where each row's logits are put in turn
   */
  void each(
      Sequence sequence,
      Workspace workspace,
      int row,
      int count,
      int position,
      float[] logits,
      LogitsConsumer consumer) {
    for (int from = 0; from < count; from += AT_ONCE) {
      int now = Math.min(AT_ONCE, count - from);
      Buffer scores = model.logits(workspace, row + from, now);
      sequence.ledger().matrixProducts(now * model.headFlops(), now * model.headFlops());
      for (int i = 0; i < now; i++) {
        copy(scores, i, logits);
        consumer.accept(position + from + i, logits);
      }
    }
  }

  /** Puts the logits of row {@code row} into {@code logits}. */
  void one(Sequence sequence, Workspace workspace, int row, float[] logits) {
    each(sequence, workspace, row, 1, 0, logits, (position, same) -> {});
  }

  private static void copy(Buffer scores, int row, float[] logits) {
    long offset = (long) row * logits.length * Float.BYTES;
    MemorySegment.copy(
        scores.segment(), ValueLayout.JAVA_FLOAT_UNALIGNED, offset, logits, 0, logits.length);
  }
}
