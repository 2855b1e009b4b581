package dev.winnow.engine.technique;

import dev.winnow.kernels.AttentionPlan;
import dev.winnow.kernels.Kernels;
import dev.winnow.kernels.KvPages;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The sessions of a pipeline on one sequence: each deciding hook goes to the one that claims it.
 */
public final class PipelineSession implements AutoCloseable {
  private final List<TechniqueSession> sessions;
  private final TechniqueSession[] skippers;
  private final TechniqueSession[] planners;
  private final KeyForm[] keyForms;
  private final int maxRows;
  private final int[] skipperOf;
  private final int[] plannerOf;
  private final int[] prunerOf;

  PipelineSession(
      List<TechniqueSession> sessions, int[] skipperOf, int[] plannerOf, int[] prunerOf) {
    this.sessions = List.copyOf(sessions);
    this.skipperOf = skipperOf;
    this.plannerOf = plannerOf;
    this.prunerOf = prunerOf;
    maxRows = sessions.stream().mapToInt(TechniqueSession::maxRows).min().orElse(Integer.MAX_VALUE);
    int layers = plannerOf.length;
    skippers = new TechniqueSession[layers];
    planners = new TechniqueSession[layers];
    keyForms = new KeyForm[layers];
    for (int layer = 0; layer < layers; layer++) {
      skippers[layer] = skipperOf[layer] < 0 ? null : sessions.get(skipperOf[layer]);
      planners[layer] = plannerOf[layer] < 0 ? null : sessions.get(plannerOf[layer]);
      keyForms[layer] = planners[layer] == null ? KeyForm.ROTATED : planners[layer].keyForm();
    }
  }

  /** Whether the next step goes through {@code layer}. */
  public boolean runsLayer(int layer) {
    return skippers[layer] == null || skippers[layer].runsLayer(layer);
  }

  /** How {@code layer} stores its keys. */
  public KeyForm keyForm(int layer) {
    return keyForms[layer];
  }

  /** The most tokens that may go through the model at once. */
  public int maxRows() {
    return maxRows;
  }

  /** Where each layer keeps its keys and values. */
  public List<Residency> residency() {
    return IntStream.range(0, planners.length)
        .mapToObj(
            layer ->
                planners[layer] == null ? Residency.IN_MEMORY : planners[layer].residency(layer))
        .toList();
  }

  /** Which rows of {@code layer} each KV head keeps; null for all. */
  public int[][] evict(int layer, Phase phase, KvPages cache, Kernels kernels) {
    return planners[layer] == null ? null : planners[layer].evict(layer, phase, cache, kernels);
  }

  /** The most rows {@code layer} holds while a sequence grows to {@code tokens} tokens. */
  public int mostRows(int layer, int tokens, int stepRows) {
    return planners[layer] == null
        ? tokens
        : planners[layer].mostRows(layer, tokens, Math.min(stepRows, maxRows));
  }

  /** Tells every technique that rows of {@code layer} were stored. */
  public void onAppend(int layer, KvPages cache, int firstRow, int rows) {
    for (int i = 0; i < sessions.size(); i++) {
      sessions.get(i).onAppend(layer, cache, firstRow, rows);
    }
  }

  /** What attention reads. */
  public AttentionPlan plan(PlanRequest request) {
    TechniqueSession planner = planners[request.layer()];
    return planner == null ? request.dense() : planner.plan(request);
  }

  /** Whether the planner of {@code layer} wants to know the mass of each key. */
  public boolean wantsMass(int layer, Phase phase) {
    return planners[layer] != null && planners[layer].wantsMass(layer, phase);
  }

  /** Tells the planner of the layer that its plan was executed. */
  public void onAttended(Attended attended) {
    if (planners[attended.layer()] != null) {
      planners[attended.layer()].onAttended(attended);
    }
  }

  /** Bytes that techniques hold beside the cache. */
  public long bytes() {
    return sessions.stream().mapToLong(TechniqueSession::bytes).sum();
  }

  /** Whether a technique may prune after {@code layer}. */
  public boolean prunes(int layer) {
    return prunerOf[layer] >= 0;
  }

  /** Which rows go on. */
  public int[] prune(TokenFlow flow) {
    return sessions.get(prunerOf[flow.layer()]).prune(flow);
  }

  /** Tells every technique to forget tokens at {@code length} and after. */
  public void truncate(int length) {
    sessions.forEach(session -> session.truncate(length));
  }

  /** Sessions that have learnt the same. */
  public PipelineSession fork() {
    return new PipelineSession(
        sessions.stream().map(TechniqueSession::fork).toList(), skipperOf, plannerOf, prunerOf);
  }

  @Override
  public void close() {
    sessions.forEach(TechniqueSession::close);
  }
}
