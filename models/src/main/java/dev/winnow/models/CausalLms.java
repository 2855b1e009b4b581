package dev.winnow.models;

import dev.winnow.kernels.cpu.WorkerPool;
import dev.winnow.models.checkpoint.Checkpoint;
import dev.winnow.models.torch.TorchCausalLm;

/** Loads models. */
public final class CausalLms {
  private CausalLms() {}

  /**
   * Loads the decoder-only model in {@code checkpoint}, which belongs to the model from then on and
   * is closed with it, or at once if loading fails.
   *
   * @param weights how matrices are held
   * @param pool threads that share out the work; stays the caller's and has to outlive the model
   * @throws CheckpointException if the architecture is unknown or the weights do not fit it
   */
  public static CausalLm load(Checkpoint checkpoint, WeightFormat weights, WorkerPool pool) {
    try {
      return TorchCausalLm.load(checkpoint, weights, pool);
    } catch (RuntimeException | Error e) {
      checkpoint.close();
      throw e;
    }
  }
}
