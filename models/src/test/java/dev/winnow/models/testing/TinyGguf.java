package dev.winnow.models.testing;

import java.util.Map;

/** Turns a {@link TinyCheckpoint} into what llama.cpp's converter would make of it. */
public final class TinyGguf {
  private static final Map<String, String> NAMES =
      Map.ofEntries(
          Map.entry("input_layernorm", "attn_norm"),
          Map.entry("self_attn.q_proj", "attn_q"),
          Map.entry("self_attn.k_proj", "attn_k"),
          Map.entry("self_attn.v_proj", "attn_v"),
          Map.entry("self_attn.o_proj", "attn_output"),
          Map.entry("post_attention_layernorm", "ffn_norm"),
          Map.entry("mlp.gate_proj", "ffn_gate"),
          Map.entry("mlp.up_proj", "ffn_up"),
          Map.entry("mlp.down_proj", "ffn_down"));

  private static final Map<String, String> OUTSIDE_BLOCKS =
      Map.of(
          "model.embed_tokens.weight", "token_embd.weight",
          "model.norm.weight", "output_norm.weight",
          "lm_head.weight", "output.weight");

  private TinyGguf() {}

  /** A Llama GGUF whose matrices are stored as {@code type} and whose norms are float32. */
  public static GgufWriter of(TinyCheckpoint checkpoint, GgufQuantiser type) {
    GgufWriter writer = new GgufWriter();
    var config = checkpoint.config();
    int heads = config.get("num_attention_heads").asInt();
    int kvHeads = config.get("num_key_value_heads").asInt();
    int headDim = config.get("head_dim").asInt();
    writer
        .put("general.architecture", "llama")
        .put("llama.block_count", config.get("num_hidden_layers").asInt())
        .put("llama.context_length", config.get("max_position_embeddings").asInt())
        .put("llama.embedding_length", config.get("hidden_size").asInt())
        .put("llama.feed_forward_length", config.get("intermediate_size").asInt())
        .put("llama.attention.head_count", heads)
        .put("llama.attention.head_count_kv", kvHeads)
        .put("llama.attention.key_length", headDim)
        .put("llama.attention.value_length", headDim)
        .put("llama.rope.dimension_count", headDim)
        .put("llama.rope.freq_base", (float) config.get("rope_theta").asDouble())
        .put("llama.attention.layer_norm_rms_epsilon", 1e-5f)
        .put("tokenizer.ggml.bos_token_id", 1)
        .put("tokenizer.ggml.eos_token_id", 2);
    checkpoint
        .weights()
        .forEach(
            (name, weight) -> {
              float[] values = weight.values();
              if (name.contains(".q_proj.")) {
                values = interleave(values, heads, headDim);
              } else if (name.contains(".k_proj.")) {
                values = interleave(values, kvHeads, headDim);
              }
              boolean norm = weight.shape().length == 1;
              writer.tensor(
                  ggufName(name), norm ? GgufQuantiser.F32 : type, weight.shape(), values);
            });
    return writer;
  }

  /**
   * The permutation of llama.cpp's converter: {@code reshape(heads, 2, headDim / 2, columns)}, axes
   * 1 and 2 swapped.
   */
  public static float[] interleave(float[] values, int heads, int headDim) {
    int columns = values.length / heads / headDim;
    float[] result = new float[values.length];
    int to = 0;
    for (int head = 0; head < heads; head++) {
      for (int i = 0; i < headDim / 2; i++) {
        for (int half = 0; half < 2; half++) {
          int row = head * headDim + half * headDim / 2 + i;
          System.arraycopy(values, row * columns, result, to, columns);
          to += columns;
        }
      }
    }
    return result;
  }

  private static String ggufName(String name) {
    String outside = OUTSIDE_BLOCKS.get(name);
    if (outside != null) {
      return outside;
    }
    String rest = name.substring("model.layers.".length());
    int dot = rest.indexOf('.');
    String part = rest.substring(dot + 1, rest.length() - ".weight".length());
    return "blk." + rest.substring(0, dot) + "." + NAMES.get(part) + ".weight";
  }
}
