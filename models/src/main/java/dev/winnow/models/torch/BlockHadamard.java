package dev.winnow.models.torch;

/**
 * The orthogonal Hadamard matrix on consecutive blocks of a vector: it spreads outliers over a
 * block, which is what makes int8 activations accurate; applying it twice gives the vector back.
 */
final class BlockHadamard {
  private static final int LARGEST_BLOCK = 64;

  private final int block;

  private BlockHadamard(int block) {
    this.block = block;
  }

  /** For vectors of {@code width}: blocks of 64, or the largest power of two that divides it. */
  static BlockHadamard forWidth(int width) {
    return new BlockHadamard(Math.min(LARGEST_BLOCK, Integer.lowestOneBit(width)));
  }

  /** Elements per block, a power of two. */
  int block() {
    return block;
  }

  /** The matrix itself, {@code [block, block]}, row-major; symmetric. */
  float[] matrix() {
    float[] matrix = new float[block * block];
    float scale = (float) (1 / Math.sqrt(block));
    for (int i = 0; i < block; i++) {
      for (int j = 0; j < block; j++) {
        matrix[i * block + j] = Integer.bitCount(i & j) % 2 == 0 ? scale : -scale;
      }
    }
    return matrix;
  }

  /** Rotates {@code vector} in place; its length is a multiple of the block. */
  void apply(float[] vector) {
    float scale = (float) (1 / Math.sqrt(block));
    for (int half = 1; half < block; half *= 2) {
      for (int i = 0; i < vector.length; i += 2 * half) {
        for (int j = i; j < i + half; j++) {
          float a = vector[j];
          float b = vector[j + half];
          vector[j] = a + b;
          vector[j + half] = a - b;
        }
      }
    }
    for (int i = 0; i < vector.length; i++) {
      vector[i] *= scale;
    }
  }
}
