package dev.winnow.engine.testing;

import dev.winnow.engine.cache.KvCache;
import dev.winnow.engine.cache.PagePool;
import dev.winnow.engine.technique.Attended;
import dev.winnow.engine.technique.Claim;
import dev.winnow.engine.technique.Hook;
import dev.winnow.engine.technique.KeyForm;
import dev.winnow.engine.technique.Phase;
import dev.winnow.engine.technique.PlanRequest;
import dev.winnow.engine.technique.SequenceContext;
import dev.winnow.engine.technique.Technique;
import dev.winnow.engine.technique.TechniqueSession;
import dev.winnow.engine.technique.TokenFlow;
import dev.winnow.kernels.AttentionOutput;
import dev.winnow.kernels.AttentionPlan;
import dev.winnow.kernels.Buffer;
import dev.winnow.kernels.DType;
import dev.winnow.kernels.HeadsView;
import dev.winnow.kernels.Kernels;
import dev.winnow.kernels.KvPages;
import dev.winnow.models.AttentionSpec;
import dev.winnow.models.Workspace;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The decoding loop written out for tests: asks the session that claims a hook on a layer, by
 * looking it up each time, and knows no pipeline, ledger or pool.
 */
public final class HandLoop implements AutoCloseable {
  private final FakeCausalLm model = new FakeCausalLm(1000);
  private final Kernels kernels;
  private final List<Technique> techniques;
  private final List<TechniqueSession> sessions = new ArrayList<>();
  private final PagePool pages = new PagePool(Long.MAX_VALUE);
  private final KvCache cache;
  private final int chunk;

  /** A greedy generation with {@code techniques}, keys and values in float32. */
  public HandLoop(Kernels kernels, List<Technique> techniques, int prefillChunk) {
    this.kernels = kernels;
    this.techniques = techniques;
    List<AttentionSpec> attention =
        IntStream.range(0, FakeCausalLm.LAYERS).mapToObj(model::attention).toList();
    cache = new KvCache(pages, attention, DType.F32, 1000);
    SequenceContext context =
        new SequenceContext(model.config(), attention, kernels, DType.F32, 1000);
    techniques.forEach(technique -> sessions.add(technique.open(context)));
    chunk =
        Math.min(
            prefillChunk,
            sessions.stream().mapToInt(TechniqueSession::maxRows).min().orElseThrow());
  }

  /** Generates {@code count} tokens; their log-probabilities go to {@code logProbs}. */
  public List<Integer> generate(int[] prompt, int count, List<Double> logProbs) {
    List<Integer> generated = new ArrayList<>();
    float[] logits = null;
    for (int from = 0; from < prompt.length; from += chunk) {
      int to = Math.min(prompt.length, from + chunk);
      logits = step(Arrays.copyOfRange(prompt, from, to), Phase.PREFILL);
    }
    while (true) {
      int best = 0;
      double sum = 0;
      for (int i = 0; i < logits.length; i++) {
        best = logits[i] > logits[best] ? i : best;
        sum += Math.exp(logits[i]);
      }
      generated.add(best);
      logProbs.add(logits[best] - Math.log(sum));
      if (generated.size() == count) {
        return generated;
      }
      logits = step(new int[] {best}, Phase.DECODE);
    }
  }

  private TechniqueSession owner(Hook hook, int layer) {
    for (int i = 0; i < techniques.size(); i++) {
      if (techniques.get(i).claims(FakeCausalLm.LAYERS).contains(new Claim(hook, layer))) {
        return sessions.get(i);
      }
    }
    return new Dense();
  }

  private float[] step(int[] ids, Phase phase) {
    try (Workspace rows = model.newWorkspace(ids.length)) {
      int firstToken = cache.length();
      int[] tokens = IntStream.range(firstToken, firstToken + ids.length).toArray();
      model.embed(rows, ids);
      for (int layer = 0; layer < FakeCausalLm.LAYERS; layer++) {
        if (owner(Hook.RUNS_LAYER, layer).runsLayer(layer)) {
          model.attentionInput(rows, layer);
          attend(rows, tokens, layer, phase);
          model.attentionOutput(rows, layer);
          tokens = prune(rows, tokens, layer, phase);
        }
      }
      cache.advance(ids.length);
      return model.logits(rows, rows.rows() - 1, 1).toFloats(0, FakeCausalLm.VOCAB);
    }
  }

  private void attend(Workspace rows, int[] tokens, int layer, Phase phase) {
    TechniqueSession planner = owner(Hook.PLAN, layer);
    AttentionSpec spec = model.attention(layer);
    KvPages pagesOfLayer = cache.layer(layer);
    int[][] kept = planner.evict(layer, phase, pagesOfLayer, kernels);
    if (kept != null) {
      cache.keep(layer, kept);
    }
    int first = pagesOfLayer.length();
    int position = cache.nextPosition(layer);
    HeadsView queries = rows.queries();
    HeadsView unrotated = null;
    if (planner.keyForm() == KeyForm.UNROTATED) {
      unrotated = copy(queries);
    } else {
      kernels.rotate(rows.keys(), spec.rotary(), position);
    }
    kernels.rotate(queries, spec.rotary(), position);
    cache.reserve(layer, rows.rows());
    kernels.appendKv(rows.keys(), rows.values(), pagesOfLayer);
    cache.stored(layer, tokens);
    sessions.forEach(session -> session.onAppend(layer, pagesOfLayer, first, rows.rows()));
    PlanRequest request =
        new PlanRequest(
            layer,
            phase,
            spec,
            planner.keyForm(),
            queries,
            unrotated,
            pagesOfLayer,
            first,
            position,
            kernels);
    AttentionPlan plan = planner.plan(request);
    int massKeys = planner.wantsMass(layer, phase) ? plan.mostKeys(spec.heads()) : 0;
    Buffer mass = massKeys == 0 ? null : Buffer.allocate(DType.F32, (long) spec.heads() * massKeys);
    kernels.attend(plan, pagesOfLayer, new AttentionOutput(rows.attended(), null, mass));
    planner.onAttended(new Attended(layer, phase, plan, pagesOfLayer, mass, massKeys));
    if (mass != null) {
      mass.close();
    }
    if (unrotated != null) {
      unrotated.buffer().close();
    }
  }

  private int[] prune(Workspace rows, int[] tokens, int layer, Phase phase) {
    int[] kept =
        owner(Hook.PRUNE, layer)
            .prune(
                new TokenFlow(
                    layer,
                    phase,
                    model.attention(layer),
                    tokens,
                    rows.queries(),
                    rows.keys(),
                    rows.values(),
                    cache.layer(layer),
                    kernels));
    rows.keepRows(kept);
    return Arrays.stream(kept).map(row -> tokens[row]).toArray();
  }

  private static HeadsView copy(HeadsView from) {
    float[] values = from.buffer().toFloats(0, from.rows() * from.heads() * from.headDim());
    Buffer buffer = Buffer.allocate(DType.F32, values.length);
    for (int i = 0; i < values.length; i++) {
      buffer.segment().setAtIndex(ValueLayout.JAVA_FLOAT_UNALIGNED, i, values[i]);
    }
    return HeadsView.dense(buffer, from.rows(), from.heads(), from.headDim());
  }

  /** Nobody's session. */
  private static final class Dense implements TechniqueSession {
    @Override
    public TechniqueSession fork() {
      return this;
    }
  }

  @Override
  public void close() {
    sessions.forEach(TechniqueSession::close);
    cache.close();
    pages.close();
    model.close();
  }
}
