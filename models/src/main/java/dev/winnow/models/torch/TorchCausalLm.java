package dev.winnow.models.torch;

import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.IValue;
import dev.winnow.kernels.Buffer;
import dev.winnow.kernels.RotaryConfig;
import dev.winnow.kernels.RotaryTable;
import dev.winnow.models.AttentionSpec;
import dev.winnow.models.CausalLm;
import dev.winnow.models.LoadOptions;
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

/** A decoder-only model whose half layers are TorchScript methods on the CPU. */
public final class TorchCausalLm implements CausalLm {
  private final Checkpoint checkpoint;
  private final DecoderSpec spec;
  private final WeightFormat format;
  private final PtNDManager manager;
  private final TorchProgram program;
  private final DecoderWeights weights;
  private final long weightBytes;
  private final List<AttentionSpec> attention = new ArrayList<>();
  private final IValue eps;

  private TorchCausalLm(Checkpoint checkpoint, DecoderSpec spec, LoadOptions options) {
    this.checkpoint = checkpoint;
    this.spec = spec;
    this.format = options.weights();
    this.manager = TorchRuntime.newManager();
    try {
      this.program = TorchProgram.load(manager, format, options.threads(), spec.blocks());
      try (WeightLoader loader =
          new WeightLoader(checkpoint, program, manager, format, options.threads())) {
        this.weights = new DecoderWeights(spec, format, loader, manager);
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
  public static TorchCausalLm load(Checkpoint checkpoint, LoadOptions options) {
    DecoderSpec spec = Architectures.spec(checkpoint.config(), checkpoint.source().toString());
    ExpectedTensors.of(spec).check(checkpoint);
    return new TorchCausalLm(checkpoint, spec, options);
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
    return new TorchWorkspace(spec.config(), manager, capacity);
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
      WeightLoader.readRow(checkpoint, ExpectedTensors.EMBEDDING, ids[i], row);
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
    TorchWorkspace.Views views = ((TorchWorkspace) workspace).views();
    DecoderWeights.Layer layerWeights = weights.layer(layer);
    program.run(
        workspace.rows(),
        "attention_input",
        views.hidden(),
        layerWeights.qkv(),
        layerWeights.inputGains(),
        eps,
        views.qkv());
    return workspace.rows() * inputFlops();
  }

  @Override
  public long attentionOutput(Workspace workspace, int layer) {
    TorchWorkspace.Views views = ((TorchWorkspace) workspace).views();
    DecoderWeights.Layer layerWeights = weights.layer(layer);
    program.run(
        workspace.rows(),
        "attention_output",
        views.hidden(),
        views.attended(),
        layerWeights.output(),
        layerWeights.gateUp(),
        layerWeights.down(),
        layerWeights.outputGains(),
        eps);
    return workspace.rows() * outputFlops();
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
    return ((TorchWorkspace) workspace)
        .logits(
            firstRow,
            rows,
            (hidden, out) -> program.run(rows, "logits", hidden, weights.outputHead(), eps, out));
  }

  @Override
  public void close() {
    manager.close();
    checkpoint.close();
  }
}
