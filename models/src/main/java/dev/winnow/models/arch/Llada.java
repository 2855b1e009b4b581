package dev.winnow.models.arch;

import com.google.auto.service.AutoService;
import dev.winnow.models.CheckpointException;
import dev.winnow.models.ModelConfig;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;

/**
 * LLaDA and LLaDA 1.5: masked diffusion models of Llama's blocks whose tokens see each other in
 * both directions, with the keys and tensor names of OLMo's code.
 */
@AutoService(Architecture.class)
public final class Llada implements Architecture {
  private static final DecoderSpec.TensorNames TENSORS =
      new DecoderSpec.TensorNames(
          "model.transformer.wte.weight",
          "model.transformer.blocks.",
          "model.transformer.ln_f.weight",
          "model.transformer.ff_out.weight");

  private static final DecoderSpec.LayerNames LAYER =
      new DecoderSpec.LayerNames(
          "attn_norm",
          List.of("q_proj", "k_proj", "v_proj"),
          false,
          "",
          "",
          "attn_out",
          false,
          "",
          "ff_norm",
          List.of("ff_proj", "up_proj"),
          "ff_out",
          false,
          "");

  @Override
  public Set<String> modelTypes() {
    return Set.of("llada");
  }

  @Override
  public DecoderSpec spec(ConfigReader config) {
    refuseOtherBlocks(config);
    ModelConfig shapes = shapes(config);
    return new DecoderSpec(
        shapes,
        Llama.BLOCKS,
        TENSORS,
        LAYER,
        false,
        CommonConfig.uniform(
            shapes.layers(), 0, RopeReader.read(config, shapes.headDim(), shapes.headDim(), 10000)),
        1 / Math.sqrt(shapes.headDim()),
        config.positive("rms_norm_eps", 1e-5),
        0,
        1);
  }

  private static ModelConfig shapes(ConfigReader config) {
    int hidden = config.size("d_model");
    int heads = config.size("n_heads");
    int kvHeads = config.size("n_kv_heads", heads);
    if (hidden % heads != 0) {
      throw config.error("n_heads", "is " + heads, "a divisor of d_model = " + hidden);
    }
    if (heads % kvHeads != 0) {
      throw config.error("n_kv_heads", "is " + kvHeads, "a divisor of n_heads = " + heads);
    }
    // The table is often padded; its rows beyond vocab_size take part in the softmax too.
    int vocabulary = config.size("embedding_size", config.size("vocab_size"));
    return new ModelConfig(
        config.text("model_type", ""),
        vocabulary,
        hidden,
        config.size("mlp_hidden_size"),
        CommonConfig.layers(config, "n_layers"),
        heads,
        kvHeads,
        hidden / heads,
        config.size("max_sequence_length", 1024),
        config.flag("weight_tying", true),
        List.copyOf(config.ids("eos_token_id")),
        OptionalInt.of(maskToken(config, vocabulary)));
  }

  private static int maskToken(ConfigReader config, int vocabulary) {
    List<Integer> ids = config.ids("mask_token_id");
    if (ids.size() != 1 || ids.getFirst() >= vocabulary) {
      throw error(config, ids, vocabulary);
    }
    return ids.getFirst();
  }

  private static CheckpointException error(ConfigReader config, List<Integer> ids, int vocabulary) {
    return config.error(
        "mask_token_id",
        ids.isEmpty() ? "is missing" : "is " + ids,
        "a token id in [0, " + vocabulary + ")");
  }

  /** OLMo's code has more kinds of blocks than LLaDA was released with. */
  private static void refuseOtherBlocks(ConfigReader config) {
    CommonConfig.activation(config, "block_type", "llama", "llama");
    CommonConfig.activation(config, "activation_type", "silu", "silu");
    CommonConfig.activation(config, "layer_norm_type", "rms", "rms");
    refuseFlag(config, "rope", true);
    for (String off :
        List.of(
            "alibi",
            "attention_layer_norm",
            "input_emb_norm",
            "scale_logits",
            "include_bias",
            "include_qkv_bias",
            "bias_for_layer_norm")) {
      refuseFlag(config, off, false);
    }
  }

  private static void refuseFlag(ConfigReader config, String key, boolean supported) {
    config.refuse(key, config.flag(key, supported) != supported, Boolean.toString(supported));
  }
}
