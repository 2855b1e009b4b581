package dev.winnow.models.arch;

import com.google.auto.service.AutoService;
import dev.winnow.models.ModelConfig;
import java.util.List;
import java.util.Set;

/** Llama 2 and 3.x, TinyLlama, SmolLM2, and Mistral, which adds a sliding window. */
@AutoService(Architecture.class)
public final class Llama implements Architecture {
  /** Attention input without head norms, SwiGLU output: the blocks of most families. */
  static final List<String> BLOCKS = List.of("attention_input", "swiglu");

  @Override
  public Set<String> modelTypes() {
    return Set.of("llama", "mistral");
  }

  @Override
  public DecoderSpec spec(ConfigReader config) {
    ModelConfig shapes = CommonConfig.shapes(config, false);
    CommonConfig.activation(config, "hidden_act", "silu", "silu", "swish");
    boolean bias = config.flag("attention_bias", false);
    boolean mlpBias = config.flag("mlp_bias", false);
    int window = shapes.modelType().equals("mistral") ? config.size("sliding_window", 0) : 0;
    return new DecoderSpec(
        shapes,
        BLOCKS,
        DecoderSpec.LayerNames.llama(bias, bias, mlpBias),
        CommonConfig.uniform(
            shapes.layers(),
            window,
            RopeReader.read(config, shapes.headDim(), shapes.headDim(), 10000)),
        1 / Math.sqrt(shapes.headDim()),
        config.positive("rms_norm_eps", 1e-6),
        0,
        1);
  }
}
