package dev.winnow.models.torch;

import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.IValue;
import dev.winnow.models.ModelConfig;
import dev.winnow.models.WeightFormat;
import dev.winnow.models.arch.DecoderSpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The packed weights of a decoder.
 *
 * <p>With int8 weights the inputs of the matrices are rotated so that quantisation loses little.
 * Where no gain stands between, the rotations are folded offline: the residual stream lives in the
 * rotated basis (embeddings, outputs of o and down, inputs of qkv, gate/up and the head), and so do
 * the values of each head (output of v, input of o). Only the input of down is rotated at run time,
 * and every input of families that norm the outputs of their half layers.
 */
final class DecoderWeights {
  /** Values of heads are rotated offline if a block of at least this many fits. */
  private static final int SMALLEST_HEAD_BLOCK = 32;

  /**
   * Arguments of one layer's methods.
   *
   * @param qkv fused projection {@code [(heads + 2 kvHeads) headDim, hidden]}
   * @param inputGains gains inside {@code attention_input}
   * @param output projection {@code [hidden, heads headDim]}
   * @param gateUp {@code [2 intermediate, hidden]}
   * @param down {@code [hidden, intermediate]}
   * @param outputGains gains inside {@code attention_output}
   */
  record Layer(
      IValue qkv,
      IValue inputGains,
      IValue output,
      IValue gateUp,
      IValue down,
      IValue outputGains) {}

  private final List<Layer> layers = new ArrayList<>();
  private final DecoderSpec spec;
  private final WeightLoader loader;
  private final PtNDManager manager;
  private final BlockHadamard residual;
  private final BlockHadamard hiddenInput;
  private final BlockHadamard head;
  private final BlockHadamard attendedInput;
  private final BlockHadamard innerInput;
  private final IValue outputHead;

  /** Loads everything; the packed weights live in {@code manager}. */
  DecoderWeights(DecoderSpec spec, WeightFormat format, WeightLoader loader, PtNDManager manager) {
    this.spec = spec;
    this.loader = loader;
    this.manager = manager;
    ModelConfig config = spec.config();
    boolean rotate = format == WeightFormat.INT8;
    BlockHadamard hidden = rotate ? BlockHadamard.forWidth(config.hiddenSize()) : null;
    this.residual = spec.residualRotates() ? hidden : null;
    this.hiddenInput = spec.residualRotates() ? null : hidden;
    BlockHadamard values = rotate ? BlockHadamard.forWidth(config.headDim()) : null;
    boolean fold = rotate && values.block() >= SMALLEST_HEAD_BLOCK;
    this.head = fold ? values : null;
    this.attendedInput =
        rotate && !fold ? BlockHadamard.forWidth(config.heads() * config.headDim()) : null;
    this.innerInput = rotate ? BlockHadamard.forWidth(config.intermediateSize()) : null;
    for (int layer = 0; layer < config.layers(); layer++) {
      layers.add(load(ExpectedTensors.prefix(layer)));
    }
    // The head is not quantised, so only a rotation that is already there has to be undone.
    this.outputHead =
        loader.packHead(
            config.tiedEmbeddings() ? ExpectedTensors.EMBEDDING : ExpectedTensors.HEAD,
            loader.gain(ExpectedTensors.FINAL_NORM, spec.gainOffset()),
            residual,
            null);
  }

  /** The weights of {@code layer}. */
  Layer layer(int layer) {
    return layers.get(layer);
  }

  /** The output head with the final norm's gain. */
  IValue outputHead() {
    return outputHead;
  }

  /** Brings an embedding row into the basis of the residual stream. */
  void toResidualBasis(float[] row) {
    if (residual != null) {
      residual.apply(row);
    }
  }

  private Layer load(String prefix) {
    DecoderSpec.LayerNames names = spec.names();
    double offset = spec.gainOffset();
    IValue qkv =
        loader.pack(
            qkvParts(prefix),
            loader.gain(prefix + names.inputNorm() + ".weight", offset),
            qkvBias(prefix),
            residual,
            hiddenInput);
    IValue output =
        loader.pack(
            List.of(part(prefix, names.output(), residual)),
            null,
            rotatedBias(prefix, List.of(names.output()), names.outputBias(), residual),
            head,
            attendedInput);
    List<WeightLoader.Part> gateUp =
        names.gateUp().stream().map(name -> part(prefix, name, null)).toList();
    IValue gateUpMatrix =
        loader.pack(
            gateUp,
            loader.gain(prefix + names.mlpNorm() + ".weight", offset),
            rotatedBias(prefix, names.gateUp(), names.mlpBias(), null),
            residual,
            hiddenInput);
    IValue down =
        loader.pack(
            List.of(part(prefix, names.down(), residual)),
            null,
            rotatedBias(prefix, List.of(names.down()), names.mlpBias(), residual),
            null,
            innerInput);
    return new Layer(qkv, headGains(prefix), output, gateUpMatrix, down, outputGains(prefix));
  }

  private WeightLoader.Part part(String prefix, String name, BlockHadamard rotation) {
    String tensor = prefix + name + ".weight";
    return new WeightLoader.Part(tensor, 0, loader.rows(tensor), rotation);
  }

  private List<WeightLoader.Part> qkvParts(String prefix) {
    List<String> names = spec.names().qkv();
    ModelConfig config = spec.config();
    int kvWidth = config.kvHeads() * config.headDim();
    int first = config.heads() * config.headDim() + kvWidth;
    if (names.size() == 1) {
      String tensor = prefix + names.get(0) + ".weight";
      return List.of(
          new WeightLoader.Part(tensor, 0, first, null),
          new WeightLoader.Part(tensor, first, kvWidth, head));
    }
    return List.of(
        part(prefix, names.get(0), null),
        part(prefix, names.get(1), null),
        part(prefix, names.get(2), head));
  }

  private float[] qkvBias(String prefix) {
    float[] bias = rotatedBias(prefix, spec.names().qkv(), spec.names().qkvBias(), null);
    if (bias != null && head != null) {
      int kvWidth = spec.config().kvHeads() * spec.config().headDim();
      float[] values = Arrays.copyOfRange(bias, bias.length - kvWidth, bias.length);
      head.apply(values);
      System.arraycopy(values, 0, bias, bias.length - kvWidth, kvWidth);
    }
    return bias;
  }

  private float[] rotatedBias(
      String prefix, List<String> names, boolean present, BlockHadamard rotation) {
    if (!present) {
      return null;
    }
    float[] all = new float[0];
    for (String name : names) {
      float[] bias = loader.floats(prefix + name + ".bias");
      all = Arrays.copyOf(all, all.length + bias.length);
      System.arraycopy(bias, 0, all, all.length - bias.length, bias.length);
    }
    if (rotation != null) {
      rotation.apply(all);
    }
    return all;
  }

  private IValue headGains(String prefix) {
    DecoderSpec.LayerNames names = spec.names();
    if (names.queryNorm().isEmpty()) {
      return IValue.listFrom(new PtNDArray[0]);
    }
    ModelConfig config = spec.config();
    float[] query = loader.gain(prefix + names.queryNorm() + ".weight", spec.gainOffset());
    float[] key = loader.gain(prefix + names.keyNorm() + ".weight", spec.gainOffset());
    int heads = config.heads() + config.kvHeads();
    float[] gains = new float[heads * config.headDim()];
    for (int i = 0; i < heads; i++) {
      System.arraycopy(
          i < config.heads() ? query : key, 0, gains, i * config.headDim(), config.headDim());
    }
    return IValue.listFrom(TorchTensors.of(manager, gains, heads, config.headDim()));
  }

  private IValue outputGains(String prefix) {
    DecoderSpec.LayerNames names = spec.names();
    if (names.attentionNorm().isEmpty()) {
      return IValue.listFrom(new PtNDArray[0]);
    }
    return IValue.listFrom(
        gainTensor(prefix + names.attentionNorm() + ".weight"),
        gainTensor(prefix + names.mlpOutputNorm() + ".weight"));
  }

  private PtNDArray gainTensor(String name) {
    float[] gain = loader.gain(name, spec.gainOffset());
    return TorchTensors.of(manager, gain, gain.length);
  }
}
