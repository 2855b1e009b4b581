package dev.winnow.engine.technique.baseline;

import dev.winnow.engine.technique.Phase;
import dev.winnow.engine.technique.PlanRequest;
import dev.winnow.engine.technique.TechniqueSession;
import dev.winnow.kernels.AttentionPlan;
import dev.winnow.kernels.KeyRows;

/** {@link RandomSelection} that reads less, on one sequence; nothing is learnt. */
final class RandomReads implements TechniqueSession {
  private final RandomConfig config;
  private final Lots lots;

  RandomReads(RandomConfig config) {
    this.config = config;
    this.lots = new Lots(config);
  }

  @Override
  public AttentionPlan plan(PlanRequest request) {
    int from = request.firstVisibleRow();
    int rows = request.cache().length();
    int budget = config.budget(rows);
    if (request.phase() == Phase.PREFILL || rows < config.denseBelow() || rows - from <= budget) {
      return request.dense();
    }
    int[][] lists = lots.draw(request.layer(), request.spec().kvHeads(), from, rows, budget, rows);
    return request.reading(new KeyRows.Gathered(lists));
  }

  @Override
  public TechniqueSession fork() {
    return new RandomReads(config);
  }
}
