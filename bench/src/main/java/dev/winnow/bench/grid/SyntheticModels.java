package dev.winnow.bench.grid;

import dev.winnow.engine.LanguageModel;
import dev.winnow.engine.ModelOptions;

/** Loads models of a given shape with made-up weights: as fast as the real ones, and as large. */
public final class SyntheticModels {
  private SyntheticModels() {}

  /**
   * A model of {@code shape} without a tokenizer.
   *
   * @param positions the longest context
   */
  public static LanguageModel load(ModelShape shape, int positions, ModelOptions options) {
    return LanguageModel.load(new SyntheticCheckpoint(shape, positions), options);
  }
}
