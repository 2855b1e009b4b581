package dev.winnow.models;

/**
 * How a checkpoint is brought into memory.
 *
 * @param weights format of the matrices, default {@link WeightFormat#F32}
 * @param threads CPU threads for dense mathematics, at least 1, default all cores
 */
public record LoadOptions(WeightFormat weights, int threads) {
  /** Checks the thread count. */
  public LoadOptions {
    if (threads < 1 || threads > 1024) {
      throw new IllegalArgumentException("threads must be in [1, 1024], got " + threads);
    }
  }

  /** float32 weights on all cores. */
  public static LoadOptions defaults() {
    return new LoadOptions(WeightFormat.F32, Runtime.getRuntime().availableProcessors());
  }
}
