package dev.winnow.bench.grid;

import dev.winnow.engine.GenerationConfig;
import dev.winnow.engine.LanguageModel;
import dev.winnow.engine.ModelOptions;
import dev.winnow.kernels.cpu.CpuKernels;
import dev.winnow.models.CausalLm;
import dev.winnow.models.CausalLms;
import dev.winnow.models.Device;
import dev.winnow.models.LoadOptions;
import java.time.Duration;
import java.util.Optional;

/** Loads models of a given shape with made-up weights: as fast as the real ones, and as large. */
public final class SyntheticModels {
  private SyntheticModels() {}

  /**
   * A model of {@code shape} without a tokenizer.
   *
   * @param positions the longest context
   * @throws IllegalArgumentException if {@code options} asks for another device than a CPU
   */
  public static LanguageModel load(ModelShape shape, int positions, ModelOptions options) {
    if (options.device() == Device.CUDA) {
      throw new IllegalArgumentException("device must be auto or cpu for a synthetic model");
    }
    long start = System.nanoTime();
    CausalLm model =
        CausalLms.load(
            new SyntheticCheckpoint(shape, positions),
            new LoadOptions(options.weights(), options.threads()));
    return new LanguageModel(
        model,
        new CpuKernels(options.threads()),
        Optional.empty(),
        GenerationConfig.defaults(),
        options.engine(),
        Duration.ofNanos(System.nanoTime() - start));
  }
}
