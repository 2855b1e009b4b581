package dev.winnow.bench.train;

/**
 * Sizes of a CLIP-like vision transformer on the pictures of the glimpse task.
 *
 * @param hiddenSize width of the residual stream
 * @param layers layers
 * @param heads attention heads
 * @param intermediateSize width of the MLP
 */
public record VisionShape(int hiddenSize, int layers, int heads, int intermediateSize) {
  /** Checks that the sizes fit each other. */
  public VisionShape {
    // The features come from the layer before the last.
    if (hiddenSize % heads != 0 || layers < 2) {
      throw new IllegalArgumentException(
          "hiddenSize must be a multiple of heads and layers >= 2, got %d, %d and %d"
              .formatted(hiddenSize, heads, layers));
    }
  }

  int headDim() {
    return hiddenSize / heads;
  }
}
