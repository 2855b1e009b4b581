package dev.winnow.engine.loop;

import dev.winnow.engine.technique.KeyForm;
import dev.winnow.engine.technique.Phase;
import dev.winnow.engine.technique.PlanRequest;
import dev.winnow.kernels.AttentionCost;
import dev.winnow.kernels.AttentionOutput;
import dev.winnow.kernels.AttentionPlan;
import dev.winnow.kernels.HeadsView;
import dev.winnow.kernels.Kernels;
import dev.winnow.kernels.KvPages;
import dev.winnow.models.AttentionSpec;
import dev.winnow.models.CausalLm;
import dev.winnow.models.Workspace;

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

  /** Computes {@code ids}, the next tokens of {@code sequence}; leaves them in the workspace. */
  void run(Sequence sequence, int[] ids, Phase phase, StepBuffers buffers) {
    Workspace rows = buffers.workspace();
    model.embed(rows, ids);
    for (int layer = 0; layer < model.config().layers(); layer++) {
      if (!sequence.techniques().runsLayer(layer)) {
        countSkipped(sequence, layer, rows);
        continue;
      }
      long products = model.attentionInput(rows, layer);
      PlanRequest request = append(sequence, layer, phase, buffers);
      AttentionPlan plan = sequence.techniques().plan(request);
      AttentionCost cost =
          kernels.attend(plan, request.cache(), AttentionOutput.of(rows.attended()));
      products += model.attentionOutput(rows, layer);
      count(sequence, request, plan, cost, products);
    }
    sequence.cache().advance(ids.length);
  }

  /** Rotates queries and keys and stores keys and values. */
  private PlanRequest append(Sequence sequence, int layer, Phase phase, StepBuffers buffers) {
    Workspace rows = buffers.workspace();
    AttentionSpec spec = model.attention(layer);
    KvPages cache = sequence.cache().layer(layer);
    int first = sequence.cache().length();
    if (cache.length() != first) {
      throw new IllegalStateException(
          ("layer %d runs at position %d but was skipped from position %d on: a layer that is"
                  + " skipped stays out for the rest of the sequence")
              .formatted(layer, first, cache.length()));
    }
    KeyForm keyForm = sequence.techniques().keyForm(layer);
    HeadsView queries = rows.queries();
    HeadsView unrotated = keyForm == KeyForm.UNROTATED ? buffers.copyOf(queries) : null;
    kernels.rotate(queries, spec.rotary(), first);
    if (keyForm == KeyForm.ROTATED) {
      kernels.rotate(rows.keys(), spec.rotary(), first);
    }
    sequence.cache().reserve(layer, rows.rows());
    kernels.appendKv(rows.keys(), rows.values(), cache);
    sequence.techniques().onAppend(layer, cache, first, rows.rows());
    return new PlanRequest(layer, phase, spec, keyForm, queries, unrotated, cache, first, kernels);
  }

  private void count(
      Sequence sequence, PlanRequest request, AttentionPlan plan, AttentionCost cost, long flops) {
    int layer = request.layer();
    int rows = request.queries().rows();
    AttentionPlan densePlan = request.dense();
    AttentionCost dense = plan.equals(densePlan) ? cost : kernels.cost(densePlan, request.cache());
    sequence.ledger().matrixProducts(flops, rows * model.layerFlops(layer));
    sequence.ledger().ran(layer, rows, request.spec().headDim(), cost, dense);
  }

  private void countSkipped(Sequence sequence, int layer, Workspace rows) {
    AttentionSpec spec = model.attention(layer);
    AttentionCost dense = denseCost.of(spec, rows.queries(), sequence.cache().length());
    sequence.ledger().matrixProducts(0, rows.rows() * model.layerFlops(layer));
    sequence.ledger().skipped(layer, rows.rows(), spec.headDim(), dense);
  }
}
