package dev.winnow.bench.train;

import dev.winnow.models.torch.TorchTensor;
import java.util.List;

/**
 * Sequences as tensors.
 *
 * @param inputs what the program of the {@link ReferenceTask} takes
 * @param targets what is right, answer by answer
 * @param lengths tokens of each answer
 */
record Batch(List<TorchTensor> inputs, long[] targets, List<Integer> lengths)
    implements AutoCloseable {

  /** How many answers {@code predicted} has wholly right. */
  int exact(long[] predicted) {
    int exact = 0;
    int at = 0;
    for (int length : lengths) {
      boolean same = true;
      for (int i = at; i < at + length; i++) {
        same &= predicted[i] == targets[i];
      }
      exact += same ? 1 : 0;
      at += length;
    }
    return exact;
  }

  @Override
  public void close() {
    inputs.forEach(TorchTensor::close);
  }
}
