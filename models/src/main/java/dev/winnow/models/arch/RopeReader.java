package dev.winnow.models.arch;

import dev.winnow.kernels.RotaryConfig;
import dev.winnow.kernels.RotaryScaling;

/**
 * Rotary settings as Hugging Face's {@code modeling_rope_utils} reads them: {@code rope_theta} with
 * {@code rope_scaling}, or the newer {@code rope_parameters} that holds both.
 */
final class RopeReader {
  private RopeReader() {}

  /**
   * The rotation of a layer.
   *
   * @param defaultTheta {@code rope_theta} when the config does not say
   */
  static RotaryConfig read(ConfigReader config, int headDim, int rotaryDim, double defaultTheta) {
    boolean newer = config.has("rope_parameters");
    ConfigReader scaling = config.object(newer ? "rope_parameters" : "rope_scaling");
    double theta = (newer ? scaling : config).positive("rope_theta", defaultTheta);
    return new RotaryConfig(
        theta, headDim, rotaryDim, RotaryConfig.Pairing.HALF_SPLIT, scaling(config, scaling));
  }

  /** A rotation with its own base and no scaling. */
  static RotaryConfig plain(double theta, int headDim) {
    return new RotaryConfig(
        theta, headDim, headDim, RotaryConfig.Pairing.HALF_SPLIT, RotaryScaling.NONE);
  }

  private static RotaryScaling scaling(ConfigReader config, ConfigReader scaling) {
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
      case "yarn" -> yarn(config, scaling, context, original);
      default ->
          throw scaling.error(key, "is '" + type + "'", "one of default, linear, llama3, yarn");
    };
  }

  private static RotaryScaling yarn(
      ConfigReader config, ConfigReader scaling, int context, int original) {
    // As transformers 4.5x: where the original context is given, the ratio of contexts wins.
    double factor =
        scaling.has("original_max_position_embeddings") && config.has("max_position_embeddings")
            ? (double) context / original
            : required(scaling, "factor");
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
