package dev.winnow.bench.train;

import dev.winnow.models.torch.TorchScript;
import dev.winnow.models.torch.TorchTensor;
import java.util.List;

/** Adam with decoupled weight decay (Loshchilov and Hutter, 2019), for embeddings and gains. */
final class AdamW {
  private static final double BETA1 = 0.9;
  private static final double BETA2 = 0.95;
  private static final float WEIGHT_DECAY = 0.01f;

  private final TorchScript script;

  AdamW(TorchScript script) {
    this.script = script;
  }

  /**
   * Changes {@code weights} and both moments.
   *
   * @param step counted from 1
   */
  void step(
      double rate,
      int step,
      List<TorchTensor> weights,
      List<TorchTensor> gradients,
      List<TorchTensor> first,
      List<TorchTensor> second) {
    Scalars.run(
        script,
        settings -> script.call("adamw", settings, weights, gradients, first, second),
        (float) rate,
        (float) BETA1,
        (float) BETA2,
        (float) (1 - Math.pow(BETA1, step)),
        (float) (1 - Math.pow(BETA2, step)),
        WEIGHT_DECAY);
  }
}
