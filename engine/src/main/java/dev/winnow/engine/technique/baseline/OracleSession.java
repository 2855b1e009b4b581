package dev.winnow.engine.technique.baseline;

import dev.winnow.engine.technique.Phase;
import dev.winnow.engine.technique.PlanRequest;
import dev.winnow.engine.technique.TechniqueSession;
import dev.winnow.engine.technique.baseline.OracleConfig.Lists;
import dev.winnow.engine.technique.baseline.OracleConfig.Unit;
import dev.winnow.kernels.AttentionPlan;
import dev.winnow.kernels.Buffer;
import dev.winnow.kernels.HeadsView;
import dev.winnow.kernels.KeyRows;

/** {@link Oracle} on one sequence; nothing is learnt. */
final class OracleSession implements TechniqueSession {
  private final OracleConfig config;
  private final Scratch query = new Scratch();
  private final Scratch scores = new Scratch();
  private final Scratch probabilities = new Scratch();

  OracleSession(OracleConfig config) {
    this.config = config;
  }

  @Override
  public AttentionPlan plan(PlanRequest request) {
    int from = request.firstVisibleRow();
    int count = request.cache().length() - from;
    int budget = config.tokenBudget().of(count);
    if (request.phase() == Phase.PREFILL || count < config.denseBelow() || count <= budget) {
      return request.dense();
    }
    int[][] lists =
        config.unit() == Unit.PAGE
            ? pages(request, from, count, budget)
            : tokens(request, from, count, budget);
    return request.reading(new KeyRows.Gathered(lists));
  }

  private int[][] tokens(PlanRequest request, int from, int count, int budget) {
    boolean shared = config.lists() == Lists.KV_HEAD;
    int groups = shared ? request.spec().kvHeads() : request.spec().heads();
    HeadsView queries = query.scaled(request.queries(), 0, request.spec().scale());
    return request
        .kernels()
        .selectKeys(queries, request.cache(), from, from + count, groups, budget)
        .rows();
  }

  private int[][] pages(PlanRequest request, int from, int count, int budget) {
    int lists = config.lists() == Lists.KV_HEAD ? request.spec().kvHeads() : request.spec().heads();
    int page = config.page();
    int pages = PageRows.count(count, page);
    Buffer mass = probabilities(request, from, count, lists);
    for (int list = 0; list < lists; list++) {
      for (int index = 0; index < pages; index++) {
        double sum = 0;
        for (int i = index * page; i < Math.min(count, (index + 1) * page); i++) {
          sum += mass.getFloat((long) list * count + i);
        }
        // What was summed already makes room: pages are fewer than keys.
        mass.setFloat((long) list * pages + index, (float) sum);
      }
    }
    int[][] best = request.kernels().topKRows(mass, lists, pages, Math.max(1, budget / page));
    int[][] rows = new int[lists][];
    for (int list = 0; list < lists; list++) {
      rows[list] = PageRows.of(best[list], page, from, from + count);
    }
    return rows;
  }

  /** Dot products {@code [heads, count]}, scaled. */
  private Buffer score(PlanRequest request, int from, int count) {
    Buffer all = scores.of((long) request.spec().heads() * count);
    request
        .kernels()
        .scoreKeys(
            query.scaled(request.queries(), 0, request.spec().scale()),
            request.cache(),
            from,
            from + count,
            all);
    return all;
  }

  /** Probabilities {@code [groups, count]}, summed over the heads of a group. */
  private Buffer probabilities(PlanRequest request, int from, int count, int groups) {
    Buffer all = probabilities.of((long) groups * count);
    request
        .kernels()
        .softVote(score(request, from, count), request.spec().heads(), groups, count, all);
    return all;
  }

  @Override
  public TechniqueSession fork() {
    return new OracleSession(config);
  }

  @Override
  public void close() {
    query.close();
    scores.close();
    probabilities.close();
  }
}
