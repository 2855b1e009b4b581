package dev.winnow.models.checkpoint;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.winnow.models.CheckpointException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What {@code config.json} would be, had the model come as safetensors. */
final class GgufConfig {
  private static final int MAX_WIDTH = 1 << 24;
  private static final int MAX_LAYERS = 10_000;
  private static final int MAX_HEADS = 1 << 16;

  /** The only Gemma 3 whose queries are not scaled by its head size has so many layers. */
  private static final int GEMMA3_27B_LAYERS = 62;

  /** Tokens that end a turn; models often name only one of them as their end. */
  private static final Set<String> TURN_ENDS =
      Set.of("<|eot_id|>", "<|eom_id|>", "<|im_end|>", "<|end|>", "<end_of_turn>");

  final GgufArchitecture architecture;
  final int layers;
  final int heads;
  final int kvHeads;
  final int headDim;
  private final GgufMetadata metadata;
  private final Map<String, StoredTensor> tensors;
  private final String prefix;
  private final int hidden;

  GgufConfig(GgufFile file) {
    this.metadata = file.metadata();
    this.tensors = file.tensors();
    this.architecture = GgufArchitecture.of(metadata);
    this.prefix = architecture.key() + ".";
    this.layers = metadata.requireInt(prefix + "block_count", 1, MAX_LAYERS);
    this.hidden = metadata.requireInt(prefix + "embedding_length", 1, MAX_WIDTH);
    String headsKey = prefix + "attention.head_count";
    this.heads = metadata.requireInt(headsKey, 1, MAX_HEADS);
    String kvKey = prefix + "attention.head_count_kv";
    this.kvHeads = metadata.optionalInt(kvKey, 1, MAX_HEADS, heads);
    if (heads % kvHeads != 0) {
      throw metadata.wrong(kvKey, metadata.values().get(kvKey), "a divisor of " + heads);
    }
    String dimKey = prefix + "attention.key_length";
    if (!metadata.values().containsKey(dimKey) && hidden % heads != 0) {
      throw metadata.wrong(
          headsKey, metadata.values().get(headsKey), "a divisor of embedding_length, " + hidden);
    }
    this.headDim = metadata.optionalInt(dimKey, 1, MAX_WIDTH, hidden / heads);
    String valueKey = prefix + "attention.value_length";
    if (metadata.optionalInt(valueKey, 1, MAX_WIDTH, headDim) != headDim) {
      throw metadata.wrong(valueKey, metadata.values().get(valueKey), "the head size, " + headDim);
    }
  }

  ObjectNode config() {
    ObjectNode config = CheckpointFiles.newObject();
    config.putArray("architectures").add(architecture.className);
    config.put("model_type", architecture.modelType);
    config.put("hidden_size", hidden);
    config.put(
        "intermediate_size", metadata.requireInt(prefix + "feed_forward_length", 1, MAX_WIDTH));
    config.put("num_hidden_layers", layers);
    config.put("num_attention_heads", heads);
    config.put("num_key_value_heads", kvHeads);
    config.put("head_dim", headDim);
    config.put("vocab_size", vocabulary());
    config.put(
        "max_position_embeddings",
        metadata.requireInt(prefix + "context_length", 1, Integer.MAX_VALUE));
    String epsilon = prefix + "attention.layer_norm_rms_epsilon";
    config.put(
        "rms_norm_eps",
        metadata
            .positive(epsilon)
            .orElseThrow(() -> metadata.wrong(epsilon, null, "a number greater than zero")));
    config.put("tie_word_embeddings", !tensors.containsKey("output.weight"));
    boolean gemma = architecture == GgufArchitecture.GEMMA3;
    config.put(gemma ? "hidden_activation" : "hidden_act", gemma ? "gelu_pytorch_tanh" : "silu");
    config.put("attention_bias", tensors.containsKey("blk.0.attn_q.bias"));
    if (architecture == GgufArchitecture.LLAMA) {
      config.put("mlp_bias", tensors.containsKey("blk.0.ffn_gate.bias"));
    }
    putRope(config);
    putWindow(config);
    if (gemma) {
      putGemma(config);
    }
    token("bos").ifPresent(id -> config.put("bos_token_id", id));
    token("eos").ifPresent(id -> config.put("eos_token_id", id));
    token("padding").ifPresent(id -> config.put("pad_token_id", id));
    return config;
  }

  /** Ends at any token that ends a turn, as llama.cpp does; empty if none is known. */
  Optional<ObjectNode> generationConfig() {
    Set<Long> ends = new LinkedHashSet<>();
    token("eos").ifPresent(ends::add);
    token("eot").ifPresent(ends::add);
    token("eom").ifPresent(ends::add);
    if (metadata.values().get("tokenizer.ggml.tokens") instanceof List<?> tokens) {
      for (int id = 0; id < tokens.size(); id++) {
        if (tokens.get(id) instanceof String text && TURN_ENDS.contains(text)) {
          ends.add((long) id);
        }
      }
    }
    if (ends.isEmpty()) {
      return Optional.empty();
    }
    ObjectNode config = CheckpointFiles.newObject();
    token("bos").ifPresent(id -> config.put("bos_token_id", id));
    token("padding").ifPresent(id -> config.put("pad_token_id", id));
    if (ends.size() == 1) {
      config.put("eos_token_id", ends.iterator().next());
    } else {
      ArrayNode array = config.putArray("eos_token_id");
      ends.forEach(array::add);
    }
    return Optional.of(config);
  }

  private void putRope(ObjectNode config) {
    boolean gemma = architecture == GgufArchitecture.GEMMA3;
    double theta = metadata.positive(prefix + "rope.freq_base").orElse(gemma ? 1_000_000 : 10_000);
    config.put("rope_theta", theta);
    String key = prefix + "rope.dimension_count";
    int rotary = metadata.optionalInt(key, 1, headDim, headDim);
    if (architecture == GgufArchitecture.PHI3) {
      config.put("partial_rotary_factor", (double) rotary / headDim);
      metadata
          .integer(prefix + "rope.scaling.original_context_length", 1, Integer.MAX_VALUE)
          .ifPresent(original -> config.put("original_max_position_embeddings", original));
    } else if (rotary != headDim) {
      throw metadata.wrong(key, metadata.values().get(key), "the head size, " + headDim);
    }
    Optional<ObjectNode> scaling = new GgufRope(metadata, prefix, tensors, rotary, theta).scaling();
    config.set("rope_scaling", scaling.orElse(null));
  }

  private void putWindow(ObjectNode config) {
    int window = metadata.optionalInt(prefix + "attention.sliding_window", 0, Integer.MAX_VALUE, 0);
    switch (architecture) {
      case LLAMA -> {
        if (window > 0) {
          // Llama has no window; Mistral is the same model with one.
          config.put("model_type", "mistral").put("sliding_window", window);
          config.putArray("architectures").add("MistralForCausalLM");
        }
      }
      case GEMMA3, PHI3 -> config.put("sliding_window", window > 0 ? (Integer) window : null);
      case QWEN2, QWEN3 -> {
        if (window > 0) {
          String key = prefix + "attention.sliding_window";
          throw metadata.wrong(key, (long) window, "absent for " + architecture.key());
        }
        config.putNull("sliding_window").put("use_sliding_window", false);
      }
    }
  }

  private void putGemma(ObjectNode config) {
    if (config.get("sliding_window").isNull()) {
      String key = prefix + "attention.sliding_window";
      throw metadata.wrong(key, metadata.values().get(key), "a number of tokens above zero");
    }
    int pattern =
        metadata.optionalInt(prefix + "attention.sliding_window_pattern", 1, MAX_LAYERS, 6);
    config.put("sliding_window_pattern", pattern);
    ArrayNode types = config.putArray("layer_types");
    for (int layer = 1; layer <= layers; layer++) {
      types.add(layer % pattern == 0 ? "full_attention" : "sliding_attention");
    }
    config.put("query_pre_attn_scalar", layers == GEMMA3_27B_LAYERS ? hidden / heads : headDim);
    config.put(
        "rope_local_base_freq", metadata.positive(prefix + "rope.freq_base_swa").orElse(10_000));
    for (String cap : List.of("attn_logit_softcapping", "final_logit_softcapping")) {
      double value = metadata.decimal(prefix + cap).orElse(0);
      if (value > 0) {
        config.put(cap, value);
      } else {
        config.putNull(cap);
      }
    }
  }

  private long vocabulary() {
    StoredTensor embedding = tensors.get("token_embd.weight");
    if (embedding == null || embedding.info().shape().size() != 2) {
      throw new CheckpointException(
          metadata.file()
              + ": tensor token_embd.weight "
              + (embedding == null ? "is missing" : "has the shape " + embedding.info().shape())
              + "; it should be [vocabulary, embedding_length]. Is this a whole model?");
    }
    return embedding.info().shape().get(0);
  }

  private Optional<Long> token(String name) {
    return metadata.integer("tokenizer.ggml." + name + "_token_id", 0, Integer.MAX_VALUE).stream()
        .boxed()
        .findFirst();
  }
}
