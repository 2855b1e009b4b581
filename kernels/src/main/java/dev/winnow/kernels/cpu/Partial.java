package dev.winnow.kernels.cpu;

/**
 * Attention of a tile over some of its keys, before normalisation: {@code values[j] = sum 2^(s -
 * max[j]) * v} and {@code sums[j] = sum 2^(s - max[j])}, scores in units of log 2.
 */
final class Partial {
  float[] values = new float[0];
  float[] max = new float[0];
  float[] sums = new float[0];

  void reserve(int queries, int headDim) {
    if (values.length < queries * headDim) {
      values = new float[queries * headDim];
    }
    if (max.length < queries) {
      max = new float[queries];
      sums = new float[queries];
    }
  }
}
