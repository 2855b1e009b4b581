package dev.winnow.bench.train;

import dev.winnow.models.torch.TorchScript;
import dev.winnow.models.torch.TorchTensor;
import java.util.List;

/** Momentum whose update is made orthogonal, for matrices (Jordan et al., 2024). */
final class Muon {
  private static final float MOMENTUM = 0.95f;
  private static final float WEIGHT_DECAY = 0.01f;

  private final TorchScript script;

  Muon(TorchScript script) {
    this.script = script;
  }

  /** Changes {@code weights} and {@code momenta}. */
  void step(
      double rate,
      List<TorchTensor> weights,
      List<TorchTensor> gradients,
      List<TorchTensor> momenta) {
    Scalars.run(
        script,
        settings -> script.call("muon", settings, weights, gradients, momenta),
        (float) rate,
        MOMENTUM,
        WEIGHT_DECAY);
  }
}
