package dev.winnow.models.arch;

import com.google.auto.service.AutoService;
import dev.winnow.kernels.RotaryConfig;
import dev.winnow.models.ModelConfig;
import java.util.List;
import java.util.Set;

/** Qwen2 and 2.5 (biases on q, k, v) and Qwen3 (norms on each query and key head). */
@AutoService(Architecture.class)
public final class Qwen implements Architecture {

  @Override
  public Set<String> modelTypes() {
    return Set.of("qwen2", "qwen3");
  }

  @Override
  public DecoderSpec spec(ConfigReader config) {
    boolean headNorms = config.text("model_type", "").equals("qwen3");
    ModelConfig shapes = CommonConfig.shapes(config, false, headNorms ? 128 : 0);
    CommonConfig.activation(config, "hidden_act", "silu", "silu", "swish");
    boolean bias = config.flag("attention_bias", false);
    DecoderSpec.LayerNames names =
        DecoderSpec.LayerNames.llama(!headNorms || bias, headNorms && bias, false);
    RotaryConfig rotary = RopeReader.read(config, shapes.headDim(), shapes.headDim(), 10000);
    return new DecoderSpec(
        shapes,
        headNorms ? List.of("attention_input_head_norms", "swiglu") : Llama.BLOCKS,
        headNorms ? names.withHeadNorms("self_attn.q_norm", "self_attn.k_norm") : names,
        CommonConfig.layers(
            sliding(config, shapes.layers()), config.size("sliding_window", 0), rotary, 0, rotary),
        1 / Math.sqrt(shapes.headDim()),
        config.positive("rms_norm_eps", 1e-6),
        0,
        1);
  }

  /** With {@code use_sliding_window}, layers from {@code max_window_layers} on slide. */
  private static boolean[] sliding(ConfigReader config, int layers) {
    boolean[] sliding = new boolean[layers];
    if (config.flag("use_sliding_window", false) && config.has("sliding_window")) {
      int from = config.count("max_window_layers", 28);
      for (int i = from; i < layers; i++) {
        sliding[i] = true;
      }
    }
    return CommonConfig.sliding(config, layers, sliding);
  }
}
