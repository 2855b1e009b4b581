package dev.winnow.models.arch;

import dev.winnow.kernels.RotaryConfig;
import dev.winnow.kernels.RotaryScaling;
import java.util.List;

/**
 * Rotary settings as Hugging Face's {@code modeling_rope_utils} reads them: {@code rope_theta} with
 * {@code rope_scaling}, or the newer {@code rope_parameters} that holds both, and may do so for
 * each type of layer.
 */
final class RopeReader {
  private static final String FULL = "full_attention";
  private static final String SLIDING = "sliding_attention";

  private RopeReader() {}

  /**
   * The rotation of a layer.
   *
   * @param defaultTheta {@code rope_theta} when the config does not say
   */
  static RotaryConfig read(ConfigReader config, int headDim, int rotaryDim, double defaultTheta) {
    ConfigReader parameters = config.object("rope_parameters");
    for (String layerType : List.of(FULL, SLIDING)) {
      parameters.refuse(
          layerType,
          parameters.has(layerType),
          "absent: all layers of this architecture turn alike");
    }
    if (rotaryDim == headDim) {
      double factor = partialFactor(config);
      config.refuse(
          "partial_rotary_factor", factor != 1, "1: whole heads turn in this architecture");
    }
    return config.has("rope_parameters")
        ? read(config, parameters, headDim, rotaryDim, config.positive("rope_theta", defaultTheta))
        : older(config, headDim, rotaryDim, defaultTheta);
  }

  /** The rotation of layers that attend to everything, where others do not. */
  static RotaryConfig full(ConfigReader config, int headDim, double defaultTheta) {
    ConfigReader parameters = config.object("rope_parameters");
    return hasLayerTypes(parameters)
        ? read(
            config,
            parameters.object(FULL),
            headDim,
            headDim,
            config.positive("rope_theta", defaultTheta))
        : read(config, headDim, headDim, defaultTheta);
  }

  /** The rotation of layers with a window, which {@code rope_scaling} does not concern. */
  static RotaryConfig sliding(ConfigReader config, int headDim, double defaultTheta) {
    ConfigReader parameters = config.object("rope_parameters");
    double theta = config.positive("rope_local_base_freq", defaultTheta);
    return hasLayerTypes(parameters)
        ? read(config, parameters.object(SLIDING), headDim, headDim, theta)
        : new RotaryConfig(
            theta, headDim, headDim, RotaryConfig.Pairing.HALF_SPLIT, RotaryScaling.NONE);
  }

  /**
   * The part of a head that turns: {@code partial_rotary_factor}, default 1. The one in {@code
   * rope_parameters} wins: transformers 5.0 leaves its default of 1 beside it.
   */
  static double partialFactor(ConfigReader config) {
    return config
        .object("rope_parameters")
        .positive("partial_rotary_factor", config.positive("partial_rotary_factor", 1));
  }

  private static boolean hasLayerTypes(ConfigReader parameters) {
    return parameters.has(FULL) || parameters.has(SLIDING);
  }

  private static RotaryConfig older(
      ConfigReader config, int headDim, int rotaryDim, double defaultTheta) {
    ConfigReader scaling = config.object("rope_scaling");
    boolean byRatio =
        scaling.has("original_max_position_embeddings") && config.has("max_position_embeddings");
    return new RotaryConfig(
        config.positive("rope_theta", defaultTheta),
        headDim,
        rotaryDim,
        RotaryConfig.Pairing.HALF_SPLIT,
        scaling(config, scaling, byRatio));
  }

  private static RotaryConfig read(
      ConfigReader config, ConfigReader parameters, int headDim, int rotaryDim, double theta) {
    return new RotaryConfig(
        parameters.positive("rope_theta", theta),
        headDim,
        rotaryDim,
        RotaryConfig.Pairing.HALF_SPLIT,
        scaling(config, parameters, !parameters.has("factor")));
  }

  /**
   * Settings in {@code scaling}.
   *
   * @param byRatio whether YaRN's factor is the ratio of contexts: it wins in transformers 4.5x,
   *     which writes {@code rope_scaling}, and stands in for a missing factor in transformers 5
   */
  private static RotaryScaling scaling(ConfigReader config, ConfigReader scaling, boolean byRatio) {
    String key = scaling.has("rope_type") ? "rope_type" : "type";
    String type = scaling.text(key, "default");
    int context = config.size("max_position_embeddings", 2048);
    int original = scaling.size("original_max_position_embeddings", context);
    return switch (type) {
      case "default" -> RotaryScaling.NONE;
      case "linear" -> new RotaryScaling.Linear(required(scaling, "factor"));
      case "llama3" ->
          new RotaryScaling.Llama3(
              required(scaling, "factor"),
              required(scaling, "low_freq_factor"),
              required(scaling, "high_freq_factor"),
              original);
      case "yarn" -> yarn(scaling, context, original, byRatio);
      default ->
          throw scaling.error(key, "is '" + type + "'", "one of default, linear, llama3, yarn");
    };
  }

  private static RotaryScaling yarn(
      ConfigReader scaling, int context, int original, boolean byRatio) {
    double factor = byRatio ? (double) context / original : required(scaling, "factor");
    double mscale = scaling.positive("mscale", 0);
    double mscaleAllDim = scaling.positive("mscale_all_dim", 0);
    double attention =
        mscale > 0 && mscaleAllDim > 0
            ? mscale(factor, mscale) / mscale(factor, mscaleAllDim)
            : mscale(factor, 1);
    return new RotaryScaling.Yarn(
        factor,
        original,
        scaling.positive("beta_fast", 32),
        scaling.positive("beta_slow", 1),
        scaling.positive("attention_factor", attention),
        scaling.flag("truncate", true));
  }

  private static double mscale(double factor, double mscale) {
    return factor <= 1 ? 1 : 0.1 * mscale * Math.log(factor) + 1;
  }

  private static double required(ConfigReader scaling, String key) {
    if (!scaling.has(key)) {
      throw scaling.error(key, "is missing", "a number > 0");
    }
    return scaling.positive(key, 1);
  }
}
