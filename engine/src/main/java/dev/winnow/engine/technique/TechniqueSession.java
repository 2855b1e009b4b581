package dev.winnow.engine.technique;

import dev.winnow.kernels.AttentionPlan;
import dev.winnow.kernels.Kernels;
import dev.winnow.kernels.KvPages;

/**
 * A technique at work on one sequence; every hook defaults to exact dense execution.
 *
 * <p>The loop calls the hooks of a sequence from one thread at a time.
 */
public interface TechniqueSession extends AutoCloseable {

  /**
   * Whether the tokens of the next step go through {@code layer}; they pass it by otherwise, and
   * the layer stores no keys and values for them. A token's position in a layer is its row in that
   * layer's cache, so tokens that passed by leave no gap.
   */
  default boolean runsLayer(int layer) {
    return true;
  }

  /** How the layers whose plan it claims store their keys; asked once, when opened. */
  default KeyForm keyForm() {
    return KeyForm.ROTATED;
  }

  /** The most tokens that may go through the model at once; asked once, when opened. */
  default int maxRows() {
    return Integer.MAX_VALUE;
  }

  /** Where a layer whose plan it claims keeps its keys and values; asked once, when opened. */
  default Residency residency(int layer) {
    return Residency.IN_MEMORY;
  }

  /**
   * Which rows a layer whose plan it claims keeps; the others are forgotten for good and their
   * memory is given back. Asked before the tokens of a step are stored, so that a technique that
   * compresses a prompt does so when the first token of {@link Phase#DECODE} comes. Positions are
   * not renumbered. Layers with a sliding window are not asked: they forget by themselves.
   *
   * @param kernels the kernels to choose with; what they score is counted for the layer
   * @return for each KV head the rows to keep, ascending, as many for every head; null for all
   */
  default int[][] evict(int layer, Phase phase, KvPages cache, Kernels kernels) {
    return null;
  }

  /**
   * The most rows that {@link #evict} lets {@code layer} hold, whose plan it claims, while a
   * sequence grows to {@code tokens} tokens in steps of at most {@code stepRows}; never less for
   * more tokens. A prompt that would need more memory than there is is refused by this before it is
   * computed.
   */
  default int mostRows(int layer, int tokens, int stepRows) {
    return tokens;
  }

  /** Rows {@code [firstRow, firstRow + rows)} of {@code layer} were stored in {@code cache}. */
  default void onAppend(int layer, KvPages cache, int firstRow, int rows) {}

  /** What attention of a layer reads; the dense plan is {@link PlanRequest#dense()}. */
  default AttentionPlan plan(PlanRequest request) {
    return request.dense();
  }

  /**
   * Whether {@link #onAttended} is to know how much of the attention each key got, in a layer whose
   * plan it claims; it makes attention of many rows slower.
   */
  default boolean wantsMass(int layer, Phase phase) {
    return false;
  }

  /** Attention of a layer whose plan it claims was computed. */
  default void onAttended(Attended attended) {}

  /**
   * Which rows go on after a layer whose pruning it claims; the others leave the step, and the
   * layers behind store nothing for them and number positions without gaps.
   *
   * @return rows in ascending order, the last one of the step among them: its logits are wanted
   */
  default int[] prune(TokenFlow flow) {
    return flow.all();
  }

  /** Forget what was learnt from tokens at {@code length} and after. */
  default void truncate(int length) {}

  /** Bytes it holds beside the cache: packed keys, representatives, bounds. */
  default long bytes() {
    return 0;
  }

  /** A session that has learnt the same and can go on apart; a stateless one may return itself. */
  TechniqueSession fork();

  @Override
  default void close() {}
}
