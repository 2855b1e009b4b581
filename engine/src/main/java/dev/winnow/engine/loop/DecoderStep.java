package dev.winnow.engine.loop;

import dev.winnow.engine.metrics.DenseStep;
import dev.winnow.engine.technique.Attended;
import dev.winnow.engine.technique.AttentionObserver;
import dev.winnow.engine.technique.KeyForm;
import dev.winnow.engine.technique.Phase;
import dev.winnow.engine.technique.PipelineSession;
import dev.winnow.engine.technique.PlanRequest;
import dev.winnow.engine.technique.TokenFlow;
import dev.winnow.kernels.AttentionCost;
import dev.winnow.kernels.AttentionOutput;
import dev.winnow.kernels.AttentionPlan;
import dev.winnow.kernels.Buffer;
import dev.winnow.kernels.HeadsView;
import dev.winnow.kernels.Kernels;
import dev.winnow.kernels.KvPages;
import dev.winnow.models.AttentionSpec;
import dev.winnow.models.CausalLm;
import dev.winnow.models.Workspace;
import java.util.Arrays;

/** Takes a few tokens of a sequence through all layers of a model. */
final class DecoderStep {
  private final CausalLm model;
  private final Kernels kernels;
  private final DenseCost denseCost;

  DecoderStep(CausalLm model, Kernels kernels, DenseCost denseCost) {
    this.model = model;
    this.kernels = kernels;
    this.denseCost = denseCost;
  }

  /**
   * Computes {@code ids}, the next tokens of {@code sequence}; leaves them in the workspace.
   *
   * @param chunks how dense execution would have cut the text they are part of
   */
  void run(Sequence sequence, int[] ids, Phase phase, StepBuffers buffers, DenseChunks chunks) {
    long start = System.nanoTime();
    Workspace rows = buffers.workspace();
    int first = sequence.cache().length();
    int[] tokens = tokens(first, ids.length);
    AttentionObserver observer =
        sequence.observer().watches(phase, first, ids.length) ? sequence.observer() : null;
    long observed = 0;
    model.embed(rows, ids);
    for (int layer = 0; layer < model.config().layers(); layer++) {
      if (!sequence.techniques().runsLayer(layer)) {
        sequence.ledger().skipped(layer, denseStep(sequence, layer, ids.length, chunks));
        continue;
      }
      long products = model.attentionInput(rows, layer);
      PlanRequest request = append(sequence, layer, phase, tokens, buffers);
      AttentionPlan plan = plan(sequence, request);
      AttentionCost cost = attend(sequence, request, plan, buffers);
      if (observer != null) {
        long before = System.nanoTime();
        observer.attended(request, plan, rows.attended(), kernels);
        observed += System.nanoTime() - before;
      }
      products += model.attentionOutput(rows, layer);
      boolean exact =
          plan == request.dense() && sequence.cache().isComplete(layer) && chunks.executed();
      DenseStep dense =
          exact
              ? new DenseStep(ids.length, request.spec().headDim(), products, cost)
              : denseStep(sequence, layer, ids.length, chunks);
      sequence.ledger().ran(layer, tokens.length, products, cost, dense);
      if (sequence.techniques().prunes(layer)) {
        tokens = prune(sequence, request, tokens, rows);
      }
      sequence.cache().spill(layer);
    }
    sequence.cache().advance(ids.length);
    sequence.clock().step(System.nanoTime() - start - observed);
  }

  private static int[] tokens(int first, int count) {
    int[] tokens = new int[count];
    Arrays.setAll(tokens, row -> first + row);
    return tokens;
  }

  /** What a layer costs if every token goes through it and sees every earlier one. */
  private DenseStep denseStep(Sequence sequence, int layer, int rows, DenseChunks chunks) {
    AttentionSpec spec = model.attention(layer);
    AttentionCost cost = denseCost.of(spec, rows, sequence.cache().length(), chunks);
    return new DenseStep(rows, spec.headDim(), rows * model.layerFlops(layer), cost);
  }

  private static AttentionPlan plan(Sequence sequence, PlanRequest request) {
    long start = System.nanoTime();
    AttentionPlan plan = sequence.techniques().plan(request);
    sequence.clock().technique(System.nanoTime() - start);
    if (plan != request.dense()) {
      sequence.ledger().sparse(request.layer(), request.rows());
    }
    return plan;
  }

  private AttentionCost attend(
      Sequence sequence, PlanRequest request, AttentionPlan plan, StepBuffers buffers) {
    PipelineSession techniques = sequence.techniques();
    int layer = request.layer();
    int massKeys =
        techniques.wantsMass(layer, request.phase()) ? plan.mostKeys(request.spec().heads()) : 0;
    Buffer mass = massKeys == 0 ? null : buffers.mass((long) request.spec().heads() * massKeys);
    HeadsView output = buffers.workspace().attended();
    long start = System.nanoTime();
    sequence.cache().load(layer, plan);
    AttentionCost cost =
        kernels.attend(plan, request.cache(), new AttentionOutput(output, null, mass));
    long attended = System.nanoTime();
    techniques.onAttended(
        new Attended(layer, request.phase(), plan, request.cache(), mass, massKeys));
    sequence.clock().attention(attended - start);
    sequence.clock().technique(System.nanoTime() - attended);
    return cost;
  }

  /** Lets a technique forget rows before those of the step come. */
  private void evict(Sequence sequence, int layer, Phase phase) {
    long start = System.nanoTime();
    Kernels metered = new MeteredKernels(kernels, sequence, layer);
    KvPages cache = sequence.cache().layer(layer);
    int[][] kept = sequence.techniques().evict(layer, phase, cache, metered);
    if (kept != null) {
      sequence.cache().keep(layer, kept);
    }
    sequence.clock().technique(System.nanoTime() - start);
  }

  /**
   * Rotates queries and keys and stores keys and values; a row's position is the number of rows
   * that were stored before it.
   */
  private PlanRequest append(
      Sequence sequence, int layer, Phase phase, int[] tokens, StepBuffers buffers) {
    Workspace rows = buffers.workspace();
    AttentionSpec spec = model.attention(layer);
    KvPages cache = sequence.cache().layer(layer);
    if (spec.window() == 0) {
      evict(sequence, layer, phase);
    }
    int first = cache.length();
    int position = sequence.cache().nextPosition(layer);
    KeyForm keyForm = sequence.techniques().keyForm(layer);
    HeadsView queries = rows.queries();
    HeadsView unrotated = keyForm == KeyForm.UNROTATED ? buffers.copyOf(queries) : null;
    kernels.rotate(queries, spec.rotary(), position);
    if (keyForm == KeyForm.ROTATED) {
      kernels.rotate(rows.keys(), spec.rotary(), position);
    }
    sequence.cache().reserve(layer, rows.rows());
    kernels.appendKv(rows.keys(), rows.values(), cache);
    sequence.cache().stored(layer, tokens);
    long start = System.nanoTime();
    sequence.techniques().onAppend(layer, cache, first, rows.rows());
    sequence.clock().technique(System.nanoTime() - start);
    return new PlanRequest(
        layer,
        phase,
        spec,
        keyForm,
        queries,
        unrotated,
        cache,
        first,
        position,
        new MeteredKernels(kernels, sequence, layer));
  }

  /** Lets a technique drop rows; the tokens that go on. */
  private int[] prune(Sequence sequence, PlanRequest request, int[] tokens, Workspace rows) {
    TokenFlow flow =
        new TokenFlow(
            request.layer(),
            request.phase(),
            request.spec(),
            tokens,
            rows.queries(),
            rows.keys(),
            rows.values(),
            request.cache(),
            kernels);
    int[] kept = sequence.techniques().prune(flow);
    if (kept.length == tokens.length) {
      return tokens;
    }
    if (kept.length == 0 || kept[kept.length - 1] != tokens.length - 1) {
      throw new IllegalStateException(
          "pruning after layer %d dropped the last token of the step; its logits are wanted"
              .formatted(request.layer()));
    }
    rows.keepRows(kept);
    return Arrays.stream(kept).map(row -> tokens[row]).toArray();
  }
}
