package dev.winnow.models.arch;

import com.google.auto.service.AutoService;
import dev.winnow.models.ModelConfig;
import java.util.List;
import java.util.Set;

/**
 * Gemma 3, text only: scaled embeddings, gains stored less one, norms on both sides of each half
 * layer, local layers with a window and a rotation of their own between global ones.
 */
@AutoService(Architecture.class)
public final class Gemma3 implements Architecture {

  @Override
  public Set<String> modelTypes() {
    return Set.of("gemma3_text");
  }

  @Override
  public DecoderSpec spec(ConfigReader config) {
    ModelConfig shapes = CommonConfig.shapes(config, true, 256);
    CommonConfig.activation(config, "hidden_activation", "gelu_pytorch_tanh", "gelu_pytorch_tanh");
    config.refuse(
        "attn_logit_softcapping", config.has("attn_logit_softcapping"), "null for Gemma 3");
    config.refuse(
        "final_logit_softcapping", config.has("final_logit_softcapping"), "null for Gemma 3");
    config.refuse(
        "use_bidirectional_attention",
        config.flag("use_bidirectional_attention", false),
        "false: this loop is causal");
    boolean bias = config.flag("attention_bias", false);
    int every = config.size("sliding_window_pattern", config.size("_sliding_window_pattern", 6));
    boolean[] sliding = new boolean[shapes.layers()];
    for (int i = 0; i < sliding.length; i++) {
      sliding[i] = (i + 1) % every != 0;
    }
    return new DecoderSpec(
        shapes,
        List.of("attention_input_head_norms", "geglu"),
        DecoderSpec.LayerNames.llama(bias, bias, false)
            .withHeadNorms("self_attn.q_norm", "self_attn.k_norm")
            .withOutputNorms(
                "post_attention_layernorm",
                "pre_feedforward_layernorm",
                "post_feedforward_layernorm"),
        CommonConfig.layers(
            CommonConfig.sliding(config, shapes.layers(), sliding),
            config.size("sliding_window", 4096),
            RopeReader.sliding(config, shapes.headDim(), 10000),
            0,
            RopeReader.full(config, shapes.headDim(), 1_000_000)),
        1 / Math.sqrt(config.positive("query_pre_attn_scalar", 256)),
        config.positive("rms_norm_eps", 1e-6),
        1,
        Math.sqrt(shapes.hiddenSize()));
  }
}
