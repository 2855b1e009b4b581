package dev.winnow.models.torch;

import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.IValue;
import dev.winnow.kernels.Buffer;
import dev.winnow.kernels.RotaryConfig;
import dev.winnow.kernels.RotaryTable;
import dev.winnow.kernels.cpu.WorkerPool;
import dev.winnow.models.AttentionSpec;
import dev.winnow.models.CausalLm;
import dev.winnow.models.ModelConfig;
import dev.winnow.models.WeightFormat;
import dev.winnow.models.Workspace;
import dev.winnow.models.arch.Architectures;
import dev.winnow.models.arch.DecoderSpec;
import dev.winnow.models.checkpoint.Checkpoint;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * A decoder-only model whose half layers are TorchScript methods on the CPU.
 *
 * <p>A pool of threads shares out the work: by output channel for few rows, by row for many.
 */
public final class TorchCausalLm implements CausalLm {
  private final Checkpoint checkpoint;
  private final DecoderSpec spec;
  private final WeightFormat format;
  private final WorkerPool pool;
  private final PtNDManager manager;
  private final TorchProgram program;
  private final DecoderWeights weights;
  private final long weightBytes;
  private final List<AttentionSpec> attention = new ArrayList<>();
  private final IValue eps;

  private TorchCausalLm(
      Checkpoint checkpoint, DecoderSpec spec, WeightFormat format, WorkerPool pool) {
    this.checkpoint = checkpoint;
    this.spec = spec;
    this.format = format;
    this.pool = pool;
    this.manager = TorchRuntime.newManager();
    try {
      this.program = TorchProgram.load(manager, format, spec.blocks());
      try (WeightLoader loader = new WeightLoader(checkpoint, program, manager, format)) {
        this.weights = new DecoderWeights(spec, format, loader, manager, pool);
        this.weightBytes = loader.bytes();
      }
    } catch (RuntimeException | Error e) {
      manager.close();
      throw e;
    }
    this.eps = IValue.from(spec.normEps());
    ModelConfig config = spec.config();
    Map<RotaryConfig, RotaryTable> tables = new HashMap<>();
    for (DecoderSpec.LayerAttention layer : spec.layers()) {
      attention.add(
          new AttentionSpec(
              config.heads(),
              config.kvHeads(),
              config.headDim(),
              spec.causal(),
              layer.window(),
              (float) spec.scale(),
              tables.computeIfAbsent(layer.rotary(), RotaryTable::new)));
    }
  }

  /**
   * Loads a model, which from then on owns {@code checkpoint}: embeddings are read from it when
   * they are needed.
   *
   * @throws dev.winnow.models.CheckpointException if the architecture is unknown or the weights do
   *     not fit it
   */
  public static TorchCausalLm load(Checkpoint checkpoint, WeightFormat weights, WorkerPool pool) {
    DecoderSpec spec = Architectures.spec(checkpoint.config(), checkpoint.source().toString());
    ExpectedTensors.of(spec).check(checkpoint);
    return new TorchCausalLm(checkpoint, spec, weights, pool);
  }

  @Override
  public ModelConfig config() {
    return spec.config();
  }

  @Override
  public WeightFormat weights() {
    return format;
  }

  @Override
  public long weightBytes() {
    return weightBytes;
  }

  @Override
  public AttentionSpec attention(int layer) {
    return attention.get(layer);
  }

  @Override
  public Workspace newWorkspace(int capacity) {
    return new TorchWorkspace(
        spec.config(), program, manager, weights.widths(), pool.threads(), capacity);
  }

  @Override
  public void embed(Workspace workspace, int[] ids) {
    int vocabulary = spec.config().vocabSize();
    for (int id : ids) {
      if (id < 0 || id >= vocabulary) {
        throw new IllegalArgumentException(
            "token id must be in [0, %d), got %d".formatted(vocabulary, id));
      }
    }
    TorchWorkspace space = (TorchWorkspace) workspace;
    space.setRows(ids.length);
    float[] row = new float[spec.config().hiddenSize()];
    for (int i = 0; i < ids.length; i++) {
      WeightLoader.readRow(checkpoint, spec.tensors().embedding(), ids[i], row);
      if (spec.embeddingScale() != 1) {
        for (int j = 0; j < row.length; j++) {
          row[j] *= (float) spec.embeddingScale();
        }
      }
      weights.toResidualBasis(row);
      WeightLoader.store(row, space.hidden().segment(), i);
    }
  }

  @Override
  public long attentionInput(Workspace workspace, int layer) {
    DecoderWeights.Layer matrices = weights.layer(layer);
    forEachPart(
        workspace,
        matrices.qkv(),
        (views, shard) ->
            program.run(
                "attention_input",
                views.hidden(),
                matrices.qkv().at(shard),
                matrices.headGains().at(shard),
                eps,
                views.qkvColumns().at(shard)));
    return workspace.rows() * inputFlops();
  }

  @Override
  public long attentionOutput(Workspace workspace, int layer) {
    DecoderWeights.Layer matrices = weights.layer(layer);
    project(workspace, matrices.output(), RowViews::attended, matrices.outputGain());
    forEachPart(
        workspace,
        matrices.gateUp(),
        (views, shard) ->
            program.run(
                "gated",
                views.hidden(),
                matrices.gateUp().at(shard),
                eps,
                views.innerColumns().at(shard)));
    project(workspace, matrices.down(), RowViews::inner, matrices.downGain());
    return workspace.rows() * outputFlops();
  }

  /** Adds {@code input} times {@code matrix} to the residual stream, normed if there is a gain. */
  private void project(
      Workspace workspace, Shards matrix, Function<RowViews, IValue> input, IValue gain) {
    String method = gain == null ? "add_products" : "set_products";
    forEachPart(
        workspace,
        matrix,
        (views, shard) -> {
          Shards target = gain == null ? views.hiddenColumns() : views.projectedColumns();
          program.run(method, input.apply(views), matrix.at(shard), target.at(shard));
        });
    if (gain != null) {
      List<RowViews> slices = ((TorchWorkspace) workspace).views();
      pool.run(
          slices.size(),
          (i, worker) -> {
            RowViews views = slices.get(i);
            program.run("add_normalized", views.hidden(), views.projected(), gain, eps);
          });
    }
  }

  /** Work on some rows with one shard, or with {@link Shards#ALL}. */
  private interface Part {
    void run(RowViews views, int shard);
  }

  private void forEachPart(Workspace workspace, Shards matrix, Part part) {
    List<RowViews> slices = ((TorchWorkspace) workspace).views();
    if (slices.size() > 1) {
      pool.run(slices.size(), (i, worker) -> part.run(slices.get(i), Shards.ALL));
    } else {
      pool.run(matrix.count(), (i, worker) -> part.run(slices.get(0), i));
    }
  }

  @Override
  public long layerFlops(int layer) {
    return inputFlops() + outputFlops();
  }

  private long inputFlops() {
    ModelConfig config = spec.config();
    return 2L * config.hiddenSize() * (config.heads() + 2L * config.kvHeads()) * config.headDim();
  }

  private long outputFlops() {
    ModelConfig config = spec.config();
    long projection = (long) config.heads() * config.headDim();
    return 2L * config.hiddenSize() * (projection + 3L * config.intermediateSize());
  }

  @Override
  public long headFlops() {
    return 2L * spec.config().hiddenSize() * spec.config().vocabSize();
  }

  @Override
  public Buffer logits(Workspace workspace, int firstRow, int rows) {
    if (firstRow < 0 || rows < 1 || firstRow + rows > workspace.rows()) {
      throw new IllegalArgumentException(
          "rows [%d, %d) of a workspace of %d"
              .formatted(firstRow, firstRow + rows, workspace.rows()));
    }
    TorchWorkspace space = (TorchWorkspace) workspace;
    List<TorchWorkspace.LogitsViews> slices = space.logitsViews(firstRow, rows);
    Shards head = weights.outputHead();
    boolean byRow = slices.size() > 1;
    pool.run(
        byRow ? slices.size() : head.count(),
        (i, worker) -> {
          TorchWorkspace.LogitsViews views = slices.get(byRow ? i : 0);
          int shard = byRow ? Shards.ALL : i;
          program.run("logits", views.hidden(), head.at(shard), eps, views.out().at(shard));
        });
    return space.logits();
  }

  @Override
  public void close() {
    eps.close();
    manager.close();
    checkpoint.close();
  }
}
