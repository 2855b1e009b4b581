package dev.winnow.models.arch;

import com.google.auto.service.AutoService;
import dev.winnow.models.ModelConfig;
import java.util.Set;

/** Phi-3 and Phi-4-mini: fused projections, partial rotary, an optional sliding window. */
@AutoService(Architecture.class)
public final class Phi3 implements Architecture {

  @Override
  public Set<String> modelTypes() {
    return Set.of("phi3");
  }

  @Override
  public DecoderSpec spec(ConfigReader config) {
    ModelConfig shapes = CommonConfig.shapes(config, false);
    CommonConfig.activation(config, "hidden_act", "silu", "silu", "swish");
    config.refuse(
        "attention_bias", config.flag("attention_bias", false), "false: Phi-3 has no biases");
    return new DecoderSpec(
        shapes,
        Llama.BLOCKS,
        DecoderSpec.LayerNames.llama(false, false, false)
            .withFused("self_attn.qkv_proj", "mlp.gate_up_proj"),
        CommonConfig.uniform(
            shapes.layers(),
            config.size("sliding_window", 0),
            RopeReader.read(
                config, shapes.headDim(), CommonConfig.rotaryDim(config, shapes.headDim()), 10000)),
        1 / Math.sqrt(shapes.headDim()),
        config.positive("rms_norm_eps", 1e-5),
        0,
        1);
  }
}
