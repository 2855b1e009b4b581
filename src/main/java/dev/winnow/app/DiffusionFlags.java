package dev.winnow.app;

import dev.winnow.engine.diffusion.DiffusionConfig;
import dev.winnow.engine.diffusion.Remasking;
import picocli.CommandLine.Option;

/** How masked diffusion models generate; names are LLaDA's. */
final class DiffusionFlags {
  @Option(
      names = "--steps",
      paramLabel = "N",
      description =
          "Masked diffusion: passes of the model; fewer decide more tokens at once (default: one for"
              + " each token).")
  private Integer steps;

  @Option(
      names = "--block-length",
      paramLabel = "N",
      description =
          "Masked diffusion: tokens that are decided before those behind them; divides"
              + " --max-new-tokens (default: all).")
  private Integer blockLength;

  @Option(
      names = "--remasking",
      paramLabel = "low_confidence|random",
      description =
          "Masked diffusion: keep the surest predictions of a pass, or any (default:"
              + " low_confidence).")
  private Remasking remasking;

  /** The first of these options that was given, or null. */
  String given() {
    if (steps != null) {
      return "--steps";
    }
    if (blockLength != null) {
      return "--block-length";
    }
    return remasking == null ? null : "--remasking";
  }

  void apply(DiffusionConfig.Builder builder) {
    if (steps != null) {
      builder.steps(steps);
    }
    if (blockLength != null) {
      builder.blockLength(blockLength);
    }
    if (remasking != null) {
      builder.remasking(remasking);
    }
  }
}
