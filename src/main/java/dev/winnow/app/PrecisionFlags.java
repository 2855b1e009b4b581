package dev.winnow.app;

import dev.winnow.engine.ModelOptions;
import dev.winnow.kernels.DType;
import dev.winnow.models.WeightFormat;
import picocli.CommandLine.Option;

/** How numbers are held and how many threads compute with them. */
final class PrecisionFlags {
  @Option(
      names = "--weights",
      paramLabel = "f32|f16|int8",
      description =
          "How matrices are held: f32 is exact, f16 takes half the memory and is practically exact,"
              + " int8 takes a quarter and is the fastest, for about 0.5%% of perplexity"
              + " (default: f32).")
  private WeightFormat weights = WeightFormat.F32;

  @Option(
      names = "--kv",
      paramLabel = "f32|f16|bf16",
      description = "How keys and values are stored (default: f16, for verify f32).")
  private DType kv;

  @Option(names = "--threads", paramLabel = "N", description = "CPU threads (default: all cores).")
  private int threads = Runtime.getRuntime().availableProcessors();

  /** Flags whose {@code --kv} is {@code kv} unless given. */
  PrecisionFlags(DType kv) {
    this.kv = kv;
  }

  /** Options that say so; not checked yet. */
  ModelOptions.Builder options() {
    return ModelOptions.builder().weights(weights).kv(kv).threads(threads);
  }

  WeightFormat weights() {
    return weights;
  }

  DType kv() {
    return kv;
  }

  int threads() {
    return threads;
  }
}
