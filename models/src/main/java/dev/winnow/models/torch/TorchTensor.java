package dev.winnow.models.torch;

import ai.djl.ndarray.NDArray;

/** A tensor in libtorch's memory; it lives until it or its {@link TorchScript} is closed. */
public final class TorchTensor implements AutoCloseable {
  private final NDArray array;

  TorchTensor(NDArray array) {
    this.array = array;
  }

  NDArray array() {
    return array;
  }

  /** A copy of its float32 values, last dimension fastest. */
  public float[] toFloats() {
    return array.toFloatArray();
  }

  /** A copy of its int64 values, last dimension fastest. */
  public long[] toLongs() {
    return array.toLongArray();
  }

  /** Frees it. */
  @Override
  public void close() {
    array.close();
  }
}
