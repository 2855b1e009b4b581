package dev.winnow.models.testing;

import dev.winnow.kernels.AttentionOutput;
import dev.winnow.kernels.AttentionPlan;
import dev.winnow.kernels.DType;
import dev.winnow.kernels.KvPages;
import dev.winnow.kernels.ReferenceKernels;
import dev.winnow.models.AttentionSpec;
import dev.winnow.models.CausalLm;
import dev.winnow.models.Workspace;
import java.util.ArrayList;
import java.util.List;

/** The plainest loop over a model: float32 cache, float64 attention, one sequence. */
public final class ReferenceLoop implements AutoCloseable {
  private final CausalLm model;
  private final ReferenceKernels kernels = new ReferenceKernels();
  private final List<KvPages> cache = new ArrayList<>();
  private final Workspace workspace;

  /** An empty sequence of {@code model}, fed at most {@code capacity} tokens at a time. */
  public ReferenceLoop(CausalLm model, int capacity) {
    this.model = model;
    this.workspace = model.newWorkspace(capacity);
    for (int layer = 0; layer < model.config().layers(); layer++) {
      AttentionSpec spec = model.attention(layer);
      cache.add(new KvPages(spec.kvHeads(), spec.headDim(), DType.F32));
    }
  }

  /** Feeds {@code ids}; logits {@code [ids, vocabulary]}. */
  public float[] step(int... ids) {
    model.embed(workspace, ids);
    for (int layer = 0; layer < cache.size(); layer++) {
      AttentionSpec spec = model.attention(layer);
      KvPages pages = cache.get(layer);
      int first = pages.length();
      model.attentionInput(workspace, layer);
      kernels.rotate(workspace.queries(), spec.rotary(), first);
      kernels.rotate(workspace.keys(), spec.rotary(), first);
      while (pages.capacity() < first + ids.length) {
        pages.addPage(pages.allocatePage());
      }
      kernels.appendKv(workspace.keys(), workspace.values(), pages);
      kernels.attend(
          spec.causal()
              ? AttentionPlan.dense(workspace.queries(), first, spec.window(), spec.scale())
              : AttentionPlan.bidirectional(
                  workspace.queries(), first, pages.length(), spec.scale()),
          pages,
          AttentionOutput.of(workspace.attended()));
      model.attentionOutput(workspace, layer);
    }
    return model
        .logits(workspace, 0, ids.length)
        .toFloats(0, ids.length * model.config().vocabSize());
  }

  @Override
  public void close() {
    for (KvPages pages : cache) {
      pages.dropPages(0).forEach(KvPages.Page::close);
    }
    workspace.close();
  }
}
