package dev.winnow.engine.technique;

import dev.winnow.kernels.AttentionPlan;
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

  /** Rows {@code [firstRow, firstRow + rows)} of {@code layer} were stored in {@code cache}. */
  default void onAppend(int layer, KvPages cache, int firstRow, int rows) {}

  /** What attention of a layer reads; the dense plan is {@link PlanRequest#dense()}. */
  default AttentionPlan plan(PlanRequest request) {
    return request.dense();
  }

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

  /** A session that has learnt the same and can go on apart; a stateless one may return itself. */
  TechniqueSession fork();

  @Override
  default void close() {}
}
