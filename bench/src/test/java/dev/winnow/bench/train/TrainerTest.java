package dev.winnow.bench.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.winnow.bench.recall.RecallTask;
import dev.winnow.models.torch.TorchScript;
import dev.winnow.models.torch.TorchTensor;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class TrainerTest {
  private static final TrainingData DATA =
      new RecallBatches(MicroRecipe.SHAPE, new RecallTask(33, 2, 4, 4, 0.5, 3, false, true));

  /** The loss of the first batch of seed 3, and its gradients before the norm is limited. */
  private static List<TorchTensor> lossAndGradients(
      TrainingData data, TorchScript script, List<TorchTensor> weights) {
    try (Batch batch = data.batch(script, 2, 3);
        TorchTensor limit = script.floats(new float[] {1e9f})) {
      return script.call("gradients", batch.inputs(), weights, List.of(limit));
    }
  }

  private static float loss(TrainingData data, TorchScript script, List<TorchTensor> weights) {
    return lossAndGradients(data, script, weights).getFirst().toFloats()[0];
  }

  static List<Arguments> tasks() {
    return List.of(
        Arguments.of(MicroRecipe.TASK, DATA),
        Arguments.of(MicroRecipe.DIFFUSE, MicroRecipe.DIFFUSE_DATA));
  }

  @ParameterizedTest
  @MethodSource("tasks")
  void gradients_are_the_slopes_of_the_loss(ReferenceTask task, TrainingData data) {
    List<Parameter> parameters = task.parameters();
    try (Trainer trainer = new Trainer(task, 1);
        TrainingState state = TrainingState.initial(trainer.script(), parameters, 5)) {
      TorchScript script = trainer.script();
      List<TorchTensor> found = lossAndGradients(data, script, state.weights());
      for (int i = 0; i < parameters.size(); i++) {
        // Along its own gradient, where the slope is the gradient's norm.
        float[] gradient = found.get(i + 1).toFloats();
        double norm = 0;
        for (float g : gradient) {
          norm += (double) g * g;
        }
        norm = Math.sqrt(norm);
        double step = 0.01;
        double[] losses = new double[2];
        for (int side = 0; side < 2; side++) {
          float[] moved = state.weights().get(i).toFloats();
          for (int j = 0; j < moved.length; j++) {
            moved[j] += (float) ((side == 0 ? -step : step) * gradient[j] / norm);
          }
          List<TorchTensor> weights = new ArrayList<>(state.weights());
          weights.set(i, script.floats(moved, parameters.get(i).dimensions()));
          losses[side] = loss(data, script, weights);
        }
        double slope = (losses[1] - losses[0]) / (2 * step);
        assertThat(slope).as(parameters.get(i).name()).isCloseTo(norm, within(0.02 * norm + 2e-4));
      }
    }
  }

  @Test
  void gradients_longer_than_the_limit_are_scaled_down_together() {
    List<Parameter> parameters = MicroRecipe.TASK.parameters();
    try (Trainer trainer = new Trainer(MicroRecipe.TASK, 1);
        TrainingState state = TrainingState.initial(trainer.script(), parameters, 5);
        Batch batch = DATA.batch(trainer.script(), 2, 3);
        TorchTensor limit = trainer.script().floats(new float[] {0.125f})) {
      List<TorchTensor> found =
          trainer.script().call("gradients", batch.inputs(), state.weights(), List.of(limit));

      double squares = 0;
      for (TorchTensor gradient : found.subList(1, found.size())) {
        for (float g : gradient.toFloats()) {
          squares += (double) g * g;
        }
      }
      assertThat(Math.sqrt(squares)).isCloseTo(0.125, within(1e-4));
    }
  }

  @Test
  void muons_first_step_goes_the_rate_in_every_direction_of_the_gradient() {
    try (Trainer trainer = new Trainer(MicroRecipe.TASK, 1)) {
      TorchScript script = trainer.script();
      TorchTensor weight = script.floats(new float[8], 4, 2);
      // Columns at a right angle, one ten times as long as the other.
      TorchTensor gradient = script.floats(new float[] {3, 0, 0, 30, 4, 0, 0, 40}, 4, 2);
      TorchTensor momentum = script.floats(new float[8], 4, 2);
      new Muon(script).step(0.1, List.of(weight), List.of(gradient), List.of(momentum));

      float[] w = weight.toFloats();
      // Five Newton-Schulz steps bring singular values to about [0.7, 1.2]; tall matrices are
      // scaled by the root of 4 / 2.
      double first = Math.hypot(w[0], w[4]);
      double second = Math.hypot(w[3], w[7]);
      double rate = 0.1 * Math.sqrt(2);
      assertThat(first).isBetween(0.6 * rate, 1.3 * rate);
      assertThat(second).isBetween(0.6 * rate, 1.3 * rate);
      assertThat(w[0] / w[4]).isCloseTo(0.75f, within(1e-4f));
      assertThat(w[0]).isNegative();
      assertThat(w[1]).isCloseTo(0, within(1e-6f));
      assertThat(momentum.toFloats()).isEqualTo(gradient.toFloats());
    }
  }

  @Test
  void adamws_first_step_goes_the_rate_against_the_sign_and_decays_matrices_alone() {
    try (Trainer trainer = new Trainer(MicroRecipe.TASK, 1)) {
      TorchScript script = trainer.script();
      List<TorchTensor> weights =
          List.of(script.floats(new float[] {1, 1}, 1, 2), script.floats(new float[] {1, 1}, 2));
      List<TorchTensor> gradients =
          List.of(script.floats(new float[] {5, -2}, 1, 2), script.floats(new float[] {5, -2}, 2));
      List<TorchTensor> first =
          List.of(script.floats(new float[2], 1, 2), script.floats(new float[2], 2));
      List<TorchTensor> second =
          List.of(script.floats(new float[2], 1, 2), script.floats(new float[2], 2));
      new AdamW(script).step(0.1, 1, weights, gradients, first, second);

      // 1 - 0.1 * 0.01 is left of the matrix before the step.
      assertThat(weights.get(0).toFloats())
          .containsExactly(new float[] {0.899f, 1.099f}, within(1e-5f));
      assertThat(weights.get(1).toFloats())
          .containsExactly(new float[] {0.9f, 1.1f}, within(1e-5f));
    }
  }
}
