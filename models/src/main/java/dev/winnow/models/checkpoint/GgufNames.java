package dev.winnow.models.checkpoint;

import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Hugging Face's names for the tensors of a GGUF file. */
final class GgufNames {
  private static final Pattern BLOCK =
      Pattern.compile("blk\\.(0|[1-9][0-9]{0,4})\\.([a-z_]+)\\.(weight|bias)");

  private static final Map<String, String> OUTSIDE_BLOCKS =
      Map.of(
          "token_embd.weight", "model.embed_tokens.weight",
          "output_norm.weight", "model.norm.weight",
          "output.weight", "lm_head.weight");

  private static final Map<String, String> IN_BLOCK =
      Map.ofEntries(
          Map.entry("attn_norm", "input_layernorm"),
          Map.entry("attn_q", "self_attn.q_proj"),
          Map.entry("attn_k", "self_attn.k_proj"),
          Map.entry("attn_v", "self_attn.v_proj"),
          Map.entry("attn_output", "self_attn.o_proj"),
          Map.entry("ffn_norm", "post_attention_layernorm"),
          Map.entry("ffn_gate", "mlp.gate_proj"),
          Map.entry("ffn_up", "mlp.up_proj"),
          Map.entry("ffn_down", "mlp.down_proj"));

  private static final Map<String, String> QK_NORMS =
      Map.of("attn_q_norm", "self_attn.q_norm", "attn_k_norm", "self_attn.k_norm");

  /** Where an architecture differs from Llama. */
  private static final Map<GgufArchitecture, Map<String, String>> DIFFERENCES =
      Map.of(
          GgufArchitecture.LLAMA, Map.of(),
          GgufArchitecture.QWEN2, Map.of(),
          GgufArchitecture.QWEN3, QK_NORMS,
          GgufArchitecture.PHI3,
              Map.of("attn_qkv", "self_attn.qkv_proj", "ffn_up", "mlp.gate_up_proj"),
          GgufArchitecture.GEMMA3,
              Map.of(
                  "attn_q_norm", "self_attn.q_norm",
                  "attn_k_norm", "self_attn.k_norm",
                  "post_attention_norm", "post_attention_layernorm",
                  "ffn_norm", "pre_feedforward_layernorm",
                  "post_ffw_norm", "post_feedforward_layernorm"));

  private GgufNames() {}

  /** The name in Hugging Face's model, or empty if the architecture has no such tensor. */
  static Optional<String> huggingFace(String name, GgufArchitecture architecture, int layers) {
    String outside = OUTSIDE_BLOCKS.get(name);
    if (outside != null) {
      return Optional.of(outside);
    }
    Matcher matcher = BLOCK.matcher(name);
    if (!matcher.matches() || Integer.parseInt(matcher.group(1)) >= layers) {
      return Optional.empty();
    }
    String part = matcher.group(2);
    String mapped = DIFFERENCES.get(architecture).get(part);
    if (mapped == null) {
      mapped = IN_BLOCK.get(part);
    }
    return Optional.ofNullable(mapped)
        .map(m -> "model.layers." + matcher.group(1) + "." + m + "." + matcher.group(3));
  }
}
