package dev.winnow.engine.technique;

import dev.winnow.kernels.AttentionPlan;
import dev.winnow.kernels.HeadsView;
import dev.winnow.kernels.Kernels;

/**
 * Looks at a sequence's attention beside the computation, as diagnosis does; what it spends is
 * counted neither in the ledger nor in the stages' times.
 */
public interface AttentionObserver {
  /** Looks at nothing. */
  AttentionObserver NONE =
      new AttentionObserver() {
        @Override
        public boolean watches(Phase phase, int firstPosition, int rows) {
          return false;
        }

        @Override
        public void attended(
            PlanRequest request, AttentionPlan plan, HeadsView output, Kernels kernels) {}
      };

  /**
   * Whether to show the layers of a step; asked once, before the first.
   *
   * @param firstPosition index in the sequence of the first token of the step
   * @param rows tokens of the step
   */
  boolean watches(Phase phase, int firstPosition, int rows);

  /**
   * A layer's attention was computed.
   *
   * @param request what was asked, with the queries and the cache
   * @param plan what was read; {@link PlanRequest#dense()} itself if it was dense
   * @param output {@code [rows, heads, headDim]}
   * @param kernels kernels whose use is not counted
   */
  void attended(PlanRequest request, AttentionPlan plan, HeadsView output, Kernels kernels);
}
