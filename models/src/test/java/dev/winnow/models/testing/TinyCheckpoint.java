package dev.winnow.models.testing;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * Writes a Llama-style Hugging Face folder with seeded random weights, for tests that need a model
 * of a given shape rather than one that speaks.
 */
public final class TinyCheckpoint {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** A tensor as it will be read back, before rounding to the stored type. */
  @SuppressWarnings("ArrayRecordComponent")
  public record Weight(long[] shape, float[] values) {}

  private final Builder options;
  private final Map<String, Weight> weights = new LinkedHashMap<>();

  private TinyCheckpoint(Builder options) {
    this.options = options;
    Random random = new Random(options.seed);
    int hidden = options.hiddenSize;
    int queries = options.heads * options.headDim;
    int keys = options.kvHeads * options.headDim;
    matrix(random, "model.embed_tokens.weight", options.vocabSize, hidden);
    for (int layer = 0; layer < options.layers; layer++) {
      String prefix = "model.layers." + layer + ".";
      norm(random, prefix + "input_layernorm.weight", hidden);
      matrix(random, prefix + "self_attn.q_proj.weight", queries, hidden);
      matrix(random, prefix + "self_attn.k_proj.weight", keys, hidden);
      matrix(random, prefix + "self_attn.v_proj.weight", keys, hidden);
      matrix(random, prefix + "self_attn.o_proj.weight", hidden, queries);
      norm(random, prefix + "post_attention_layernorm.weight", hidden);
      matrix(random, prefix + "mlp.gate_proj.weight", options.intermediateSize, hidden);
      matrix(random, prefix + "mlp.up_proj.weight", options.intermediateSize, hidden);
      matrix(random, prefix + "mlp.down_proj.weight", hidden, options.intermediateSize);
    }
    norm(random, "model.norm.weight", hidden);
    if (!options.tied) {
      matrix(random, "lm_head.weight", options.vocabSize, hidden);
    }
  }

  /** Starts with a 2-layer model of hidden size 32, 4 heads, 2 key-value heads and 64 tokens. */
  public static Builder builder() {
    return new Builder();
  }

  /** All weights by Hugging Face name, in file order. */
  public Map<String, Weight> weights() {
    return Collections.unmodifiableMap(weights);
  }

  /** What {@code config.json} says. */
  public ObjectNode config() {
    ObjectNode config = JSON.createObjectNode();
    config.putArray("architectures").add("LlamaForCausalLM");
    config.put("model_type", "llama").put("hidden_act", "silu");
    config.put("hidden_size", options.hiddenSize);
    config.put("intermediate_size", options.intermediateSize);
    config.put("num_hidden_layers", options.layers);
    config.put("num_attention_heads", options.heads);
    config.put("num_key_value_heads", options.kvHeads);
    config.put("head_dim", options.headDim);
    config.put("vocab_size", options.vocabSize);
    config.put("max_position_embeddings", options.maxPositions);
    config.put("rms_norm_eps", 1e-5).put("rope_theta", options.ropeTheta);
    config.put("tie_word_embeddings", options.tied);
    config.put("attention_bias", false).put("mlp_bias", false);
    config.put("bos_token_id", 1).put("eos_token_id", 2);
    config.putNull("rope_scaling");
    return config;
  }

  /**
   * Writes {@code config.json} and the weights into a folder, creating it.
   *
   * @return the folder
   */
  public Path write(Path folder) {
    try {
      Files.createDirectories(folder);
      Files.writeString(folder.resolve("config.json"), config().toPrettyString());
      if (options.shards == 1) {
        write(folder.resolve("model.safetensors"), new ArrayList<>(weights.keySet()));
      } else {
        writeShards(folder);
      }
      return folder;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void writeShards(Path folder) throws IOException {
    List<String> names = new ArrayList<>(weights.keySet());
    ObjectNode index = JSON.createObjectNode();
    index.putObject("metadata").put("total_size", 0);
    ObjectNode map = index.putObject("weight_map");
    for (int shard = 0; shard < options.shards; shard++) {
      List<String> part =
          names.subList(
              names.size() * shard / options.shards, names.size() * (shard + 1) / options.shards);
      String file = String.format("model-%05d-of-%05d.safetensors", shard + 1, options.shards);
      part.forEach(name -> map.put(name, file));
      write(folder.resolve(file), part);
    }
    Files.writeString(folder.resolve("model.safetensors.index.json"), index.toPrettyString());
  }

  private void write(Path file, List<String> names) {
    SafetensorsWriter writer = new SafetensorsWriter();
    for (String name : names) {
      Weight weight = weights.get(name);
      writer.tensor(name, options.dtype, weight.shape(), weight.values());
    }
    writer.write(file);
  }

  /** Spread so that activations keep their size from layer to layer. */
  private void matrix(Random random, String name, int rows, int columns) {
    float[] values = new float[rows * columns];
    double scale = 1 / Math.sqrt(columns);
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (random.nextGaussian() * scale);
    }
    weights.put(name, new Weight(new long[] {rows, columns}, values));
  }

  private void norm(Random random, String name, int size) {
    float[] values = new float[size];
    for (int i = 0; i < size; i++) {
      values[i] = 1 + (float) random.nextGaussian() * 0.1f;
    }
    weights.put(name, new Weight(new long[] {size}, values));
  }

  /** Sizes and storage of a {@link TinyCheckpoint}. */
  public static final class Builder {
    private long seed = 1;
    private int hiddenSize = 32;
    private int intermediateSize = 64;
    private int layers = 2;
    private int heads = 4;
    private int kvHeads = 2;
    private int headDim = 8;
    private int vocabSize = 64;
    private int maxPositions = 256;
    private double ropeTheta = 10_000;
    private boolean tied = true;
    private String dtype = "F32";
    private int shards = 1;

    private Builder() {}

    /** Seed of the weights; 1 unless told. */
    public Builder seed(long value) {
      seed = value;
      return this;
    }

    /** Width of the residual stream. */
    public Builder hiddenSize(int value) {
      hiddenSize = value;
      return this;
    }

    /** Width inside the MLP. */
    public Builder intermediateSize(int value) {
      intermediateSize = value;
      return this;
    }

    /** Number of decoder layers. */
    public Builder layers(int value) {
      layers = value;
      return this;
    }

    /** Query heads, key-value heads and the size of each. */
    public Builder heads(int queryHeads, int keyValueHeads, int size) {
      heads = queryHeads;
      kvHeads = keyValueHeads;
      headDim = size;
      return this;
    }

    /** Number of token ids. */
    public Builder vocabSize(int value) {
      vocabSize = value;
      return this;
    }

    /** Positions the config claims. */
    public Builder maxPositions(int value) {
      maxPositions = value;
      return this;
    }

    /** Base of the rotary frequencies; 10000 unless told. */
    public Builder ropeTheta(double value) {
      ropeTheta = value;
      return this;
    }

    /** Whether the head is the embedding; true unless told. */
    public Builder tied(boolean value) {
      tied = value;
      return this;
    }

    /** {@code F32} (unless told), {@code F16} or {@code BF16}. */
    public Builder dtype(String value) {
      dtype = value;
      return this;
    }

    /** Number of files the weights are spread over; 1 unless told. */
    public Builder shards(int value) {
      shards = value;
      return this;
    }

    /** Draws the weights. */
    public TinyCheckpoint build() {
      return new TinyCheckpoint(this);
    }

    /** Draws the weights and writes the folder. */
    public Path write(Path folder) {
      return build().write(folder);
    }
  }
}
