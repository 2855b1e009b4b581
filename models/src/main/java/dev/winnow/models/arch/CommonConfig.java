package dev.winnow.models.arch;

import dev.winnow.kernels.RotaryConfig;
import dev.winnow.models.ModelConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;

/** The keys that every decoder-only family spells alike. */
final class CommonConfig {
  /** Far above any model; a damaged file must not make us describe millions of layers. */
  private static final int MOST_LAYERS = 10_000;

  private CommonConfig() {}

  /** Shapes of a family whose heads share {@code hidden_size} unless {@code head_dim} is given. */
  static ModelConfig shapes(ConfigReader config, boolean tiedByDefault) {
    return shapes(config, tiedByDefault, 0);
  }

  /**
   * Shapes.
   *
   * @param tiedByDefault the family's {@code tie_word_embeddings}
   * @param defaultHeadDim the family's {@code head_dim}, 0 where it is a share of {@code
   *     hidden_size}
   */
  static ModelConfig shapes(ConfigReader config, boolean tiedByDefault, int defaultHeadDim) {
    int hidden = config.size("hidden_size");
    int heads = config.size("num_attention_heads");
    int kvHeads = config.size("num_key_value_heads", heads);
    int layers = layers(config, "num_hidden_layers");
    if (heads % kvHeads != 0) {
      throw config.error(
          "num_key_value_heads", "is " + kvHeads, "a divisor of num_attention_heads = " + heads);
    }
    boolean shared = !config.has("head_dim") && defaultHeadDim == 0;
    if (shared && hidden % heads != 0) {
      throw config.error(
          "num_attention_heads", "is " + heads, "a divisor of hidden_size = " + hidden);
    }
    return new ModelConfig(
        config.text("model_type", ""),
        config.size("vocab_size"),
        hidden,
        config.size("intermediate_size"),
        layers,
        heads,
        kvHeads,
        shared ? hidden / heads : config.size("head_dim", defaultHeadDim),
        config.size("max_position_embeddings", 2048),
        config.flag("tie_word_embeddings", tiedByDefault),
        List.copyOf(config.ids("eos_token_id")),
        OptionalInt.empty());
  }

  /** A number of layers. */
  static int layers(ConfigReader config, String key) {
    int layers = config.size(key);
    if (layers > MOST_LAYERS) {
      throw config.error(key, "is " + layers, "in [1, " + MOST_LAYERS + "]");
    }
    return layers;
  }

  /** Refuses names, as of activations, other than those of what the block computes. */
  static void activation(ConfigReader config, String key, String absent, String... allowed) {
    String unused = config.choice(key, absent, Set.of(allowed));
  }

  /** {@code partial_rotary_factor} of {@code headDim}. */
  static int rotaryDim(ConfigReader config, int headDim) {
    double factor = RopeReader.partialFactor(config);
    int dim = (int) (headDim * factor);
    if (dim < 2 || dim > headDim || dim % 2 != 0) {
      throw config.error(
          "partial_rotary_factor",
          "is " + factor,
          "such that an even number of the " + headDim + " elements of a head turn");
    }
    return dim;
  }

  /** The same attention in every layer. */
  static List<DecoderSpec.LayerAttention> uniform(int layers, int window, RotaryConfig rotary) {
    return layers(new boolean[layers], 0, rotary, window, rotary);
  }

  /** One attention where {@code sliding} holds and another where it does not. */
  static List<DecoderSpec.LayerAttention> layers(
      boolean[] sliding,
      int slidingWindow,
      RotaryConfig slidingRotary,
      int window,
      RotaryConfig rotary) {
    List<DecoderSpec.LayerAttention> layers = new ArrayList<>();
    for (boolean slides : sliding) {
      layers.add(
          slides
              ? new DecoderSpec.LayerAttention(slidingWindow, slidingRotary)
              : new DecoderSpec.LayerAttention(window, rotary));
    }
    return List.copyOf(layers);
  }

  /** Which layers slide: {@code layer_types} where given. */
  static boolean[] sliding(ConfigReader config, int layers, boolean[] absent) {
    List<String> types = config.texts("layer_types", layers);
    if (types.isEmpty()) {
      return absent;
    }
    boolean[] sliding = new boolean[layers];
    for (int i = 0; i < layers; i++) {
      sliding[i] =
          switch (types.get(i)) {
            case "sliding_attention" -> true;
            case "full_attention" -> false;
            default ->
                throw config.error(
                    "layer_types[" + i + "]",
                    "is '" + types.get(i) + "'",
                    "full_attention or sliding_attention");
          };
    }
    return sliding;
  }
}
