package dev.winnow.models.torch;

import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.IValue;
import dev.winnow.kernels.cpu.WorkerPool;
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
   * @param headGains gains of the query and key heads, by shard of qkv
   * @param output projection {@code [hidden, heads headDim]}
   * @param outputGain gain behind it, or null
   * @param gateUp {@code [2 intermediate, hidden]}
   * @param down {@code [hidden, intermediate]}
   * @param downGain gain behind it, or null
   */
  record Layer(
      Shards qkv,
      Shards headGains,
      Shards output,
      IValue outputGain,
      Shards gateUp,
      Shards down,
      IValue downGain) {}

  private final Layer[] layers;
  private final ShardWidths widths;
  private final DecoderSpec spec;
  private final WeightLoader loader;
  private final PtNDManager manager;
  private final BlockHadamard residual;
  private final BlockHadamard hiddenInput;
  private final BlockHadamard head;
  private final BlockHadamard attendedInput;
  private final BlockHadamard innerInput;
  private final Shards outputHead;

  /** Loads everything, a layer per thread; the packed weights live in {@code manager}. */
  DecoderWeights(
      DecoderSpec spec,
      WeightFormat format,
      WeightLoader loader,
      PtNDManager manager,
      WorkerPool pool) {
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
    this.widths = ShardWidths.of(config, pool.threads());
    this.layers = new Layer[config.layers()];
    pool.run(layers.length, (i, worker) -> layers[i] = load(spec.tensors().layer(i)));
    // The head is not quantised, so only a rotation that is already there has to be undone.
    this.outputHead =
        loader.packHead(
            config.tiedEmbeddings() ? spec.tensors().embedding() : spec.tensors().head(),
            loader.gain(spec.tensors().finalNorm(), spec.gainOffset()),
            residual,
            null,
            widths.vocabulary());
  }

  /** The weights of {@code layer}. */
  Layer layer(int layer) {
    return layers[layer];
  }

  /** The output head with the final norm's gain. */
  Shards outputHead() {
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
    Shards qkv =
        loader.pack(
            qkvParts(prefix),
            loader.gain(prefix + names.inputNorm() + ".weight", offset),
            qkvBias(prefix),
            residual,
            hiddenInput,
            widths.qkv());
    Shards output =
        loader.pack(
            List.of(part(prefix, names.output(), residual)),
            null,
            rotatedBias(prefix, List.of(names.output()), names.outputBias(), residual),
            head,
            attendedInput,
            widths.hidden());
    Shards gateUp =
        loader.pack(
            gateUpParts(prefix),
            loader.gain(prefix + names.mlpNorm() + ".weight", offset),
            gateUpBias(prefix),
            residual,
            hiddenInput,
            Arrays.stream(widths.inner()).map(width -> 2 * width).toArray());
    Shards down =
        loader.pack(
            List.of(part(prefix, names.down(), residual)),
            null,
            rotatedBias(prefix, List.of(names.down()), names.mlpBias(), residual),
            null,
            innerInput,
            widths.hidden());
    return new Layer(
        qkv,
        headGains(prefix),
        output,
        outputGain(prefix, names.attentionNorm()),
        gateUp,
        down,
        outputGain(prefix, names.mlpOutputNorm()));
  }

  /** For each shard its rows of gate, then its rows of up. */
  private List<WeightLoader.Part> gateUpParts(String prefix) {
    List<String> names = spec.names().gateUp();
    String gate = prefix + names.get(0) + ".weight";
    String up = prefix + names.get(names.size() - 1) + ".weight";
    int upOffset = names.size() == 1 ? spec.config().intermediateSize() : 0;
    List<WeightLoader.Part> parts = new ArrayList<>();
    int from = 0;
    for (int width : widths.inner()) {
      parts.add(new WeightLoader.Part(gate, from, width, null));
      parts.add(new WeightLoader.Part(up, upOffset + from, width, null));
      from += width;
    }
    return parts;
  }

  private float[] gateUpBias(String prefix) {
    float[] bias = rotatedBias(prefix, spec.names().gateUp(), spec.names().mlpBias(), null);
    if (bias == null) {
      return null;
    }
    float[] dealt = new float[bias.length];
    int from = 0;
    for (int width : widths.inner()) {
      System.arraycopy(bias, from, dealt, 2 * from, width);
      System.arraycopy(bias, bias.length / 2 + from, dealt, 2 * from + width, width);
      from += width;
    }
    return dealt;
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

  private Shards headGains(String prefix) {
    DecoderSpec.LayerNames names = spec.names();
    int shards = widths.qkv().length;
    if (names.queryNorm().isEmpty()) {
      return Shards.same(IValue.listFrom(new PtNDArray[0]), shards).ownedBy(manager);
    }
    ModelConfig config = spec.config();
    float[] query = loader.gain(prefix + names.queryNorm() + ".weight", spec.gainOffset());
    float[] key = loader.gain(prefix + names.keyNorm() + ".weight", spec.gainOffset());
    int headDim = config.headDim();
    int normed = config.heads() + config.kvHeads();
    PtNDArray[] gains = new PtNDArray[shards];
    IValue[] single = new IValue[shards];
    int first = 0;
    for (int i = 0; i < shards; i++) {
      int heads = widths.qkv()[i] / headDim;
      int here = Math.max(0, Math.min(normed - first, heads));
      float[] values = new float[here * headDim];
      for (int j = 0; j < here; j++) {
        float[] gain = first + j < config.heads() ? query : key;
        System.arraycopy(gain, 0, values, j * headDim, headDim);
      }
      gains[i] = TorchTensors.of(manager, values, here, headDim);
      single[i] = IValue.listFrom(gains[i]);
      first += heads;
    }
    return new Shards(IValue.listFrom(gains), single).ownedBy(manager);
  }

  private IValue outputGain(String prefix, String norm) {
    if (norm.isEmpty()) {
      return null;
    }
    float[] gain = loader.gain(prefix + norm + ".weight", spec.gainOffset());
    IValue argument = IValue.from(TorchTensors.of(manager, gain, gain.length));
    manager.attachInternal(NDManager.nextUid(), argument);
    return argument;
  }

  /** How output channels are dealt out. */
  ShardWidths widths() {
    return widths;
  }
}
