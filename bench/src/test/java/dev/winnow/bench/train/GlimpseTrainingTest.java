package dev.winnow.bench.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.winnow.bench.glimpse.GlimpseData;
import dev.winnow.bench.glimpse.Scene;
import dev.winnow.bench.train.GlimpseText.Placed;
import dev.winnow.engine.LanguageModel;
import dev.winnow.engine.ModelOptions;
import dev.winnow.models.torch.TorchScript;
import dev.winnow.models.torch.TorchTensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GlimpseTrainingTest {
  @TempDir private Path folder;

  private static ReferenceTraining training(int seeing, int asking, int whole) {
    return new ReferenceTraining(MicroGlimpse.recipe(seeing, asking, whole), 3, 1, 1);
  }

  private static List<TorchTensor> lossAndGradients(
      TorchScript script, GlimpseBatches data, List<TorchTensor> weights) {
    try (Batch batch = data.batch(script, 2, 3);
        TorchTensor limit = script.floats(new float[] {1e9f})) {
      return script.call("gradients", batch.inputs(), weights, List.of(limit));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 2})
  void gradients_are_the_slopes_of_the_loss(int questions) {
    List<Parameter> parameters = MicroGlimpse.TASK.parameters();
    GlimpseBatches data = MicroGlimpse.some(45, questions);
    try (Trainer trainer = new Trainer(MicroGlimpse.TASK, 1);
        TrainingState state = TrainingState.initial(trainer.script(), parameters, 5)) {
      TorchScript script = trainer.script();
      List<TorchTensor> found = lossAndGradients(script, data, state.weights());
      for (int i = 0; i < parameters.size(); i++) {
        // Along its own gradient, where the slope is the gradient's norm.
        float[] gradient = found.get(i + 1).toFloats();
        double norm = 0;
        for (float g : gradient) {
          norm += (double) g * g;
        }
        norm = Math.sqrt(norm);
        if (norm == 0) {
          continue; // keys' biases always, the class head's layer at first, unused weights
        }
        double step = 0.01;
        double[] losses = new double[2];
        for (int side = 0; side < 2; side++) {
          float[] moved = state.weights().get(i).toFloats();
          for (int j = 0; j < moved.length; j++) {
            moved[j] += (float) ((side == 0 ? -step : step) * gradient[j] / norm);
          }
          List<TorchTensor> weights = new ArrayList<>(state.weights());
          weights.set(i, script.floats(moved, parameters.get(i).dimensions()));
          losses[side] = lossAndGradients(script, data, weights).getFirst().toFloats()[0];
        }
        double slope = (losses[1] - losses[0]) / (2 * step);
        assertThat(slope).as(parameters.get(i).name()).isCloseTo(norm, within(0.02 * norm + 3e-4));
      }
    }
  }

  @Test
  void without_questions_only_the_vision_transformer_and_its_heads_learn() {
    List<Parameter> parameters = MicroGlimpse.TASK.parameters();
    try (Trainer trainer = new Trainer(MicroGlimpse.TASK, 1);
        TrainingState state = TrainingState.initial(trainer.script(), parameters, 5)) {
      List<TorchTensor> found =
          lossAndGradients(trainer.script(), MicroGlimpse.some(45, 0), state.weights());
      for (int i = 0; i < parameters.size(); i++) {
        String name = parameters.get(i).name();
        if (name.startsWith("multi_modal_projector") || name.startsWith("language_model")) {
          assertThat(found.get(i + 1).toFloats()).as(name).containsOnly(0);
        } else if (name.endsWith("proj.weight") || name.startsWith("patch_head")) {
          assertThat(found.get(i + 1).toFloats()).as(name).doesNotContain(Float.NaN);
        }
      }
    }
  }

  @Test
  void the_loss_falls() throws IOException {
    List<TrainingProgress> progress = new ArrayList<>();
    training(50, 100, 1).run(folder, () -> false, progress::add);

    assertThat(progress).extracting(TrainingProgress::step).containsExactly(50, 100, 150, 151);
    assertThat(progress).extracting(TrainingProgress::tokens).containsExactly(37, 41, 41, 576);
    assertThat(progress.get(2).loss()).isLessThan(progress.get(1).loss() - 0.3);
  }

  @Test
  void a_training_that_was_stopped_goes_on_with_the_same_numbers() throws IOException {
    Path whole = folder.resolve("whole");
    Path parts = folder.resolve("parts");
    training(3, 3, 1).run(whole, () -> false, progress -> {});
    AtomicInteger asked = new AtomicInteger();
    training(3, 3, 1).run(parts, () -> asked.incrementAndGet() > 4, progress -> {});
    training(3, 3, 1).run(parts, () -> false, progress -> {});

    assertThat(parts.resolve("model.safetensors"))
        .hasSameBinaryContentAs(whole.resolve("model.safetensors"));
  }

  @Test
  void the_stored_checkpoint_answers_as_the_trained_model_does() throws IOException {
    ReferenceTraining training = training(5, 20, 2);
    training.run(folder, () -> false, progress -> {});
    List<Parameter> parameters = MicroGlimpse.TASK.parameters();
    try (GlimpseScores stored = new GlimpseScores(MicroGlimpse.TASK, folder);
        Trainer trainer = new Trainer(MicroGlimpse.TASK, 1);
        TrainingState state =
            TrainingState.read(
                trainer.script(),
                parameters,
                folder.resolve("training").resolve("state.bin"),
                training.identity(training.recipe().schedule()));
        Batch batch = MicroGlimpse.some(Scene.PATCHES, 4).batch(trainer.script(), 3, 8)) {
      for (int i = 0; i < parameters.size(); i++) {
        if (parameters.get(i).kept()) {
          float[] expected = state.weights().get(i).toFloats();
          for (int j = 0; j < expected.length; j++) {
            expected[j] = Float.float16ToFloat(Float.floatToFloat16(expected[j]));
          }
          assertThat(stored.weights().get(i).toFloats()).isEqualTo(expected);
        }
      }
      assertThat(trainer.script().call("predict", batch.inputs(), stored.weights()))
          .first()
          .extracting(TorchTensor::toLongs)
          .isEqualTo(
              trainer
                  .script()
                  .call("predict", batch.inputs(), state.weights())
                  .getFirst()
                  .toLongs());
    }
  }

  /** With no patches, the decoder is the one that the engine's Llama tests hold to. */
  @Test
  void without_patches_the_decoder_is_a_llama() {
    ReferenceTask llama = new RecallReference(MicroGlimpse.TEXT, 64);
    List<Parameter> parameters = MicroGlimpse.TASK.parameters();
    try (Trainer ours = new Trainer(MicroGlimpse.TASK, 1);
        Trainer reference = new Trainer(llama, 1);
        TrainingState state = TrainingState.initial(ours.script(), parameters, 5)) {
      List<TorchTensor> decoder =
          state.weights().subList(parameters.size() - llama.parameters().size(), parameters.size());
      TorchScript script = ours.script();
      GlimpseText text =
          GlimpseText.of(
              script,
              MicroGlimpse.TEXT,
              List.of(new GlimpseData(4).next(5).questions()),
              List.of(Placed.compact(0)));
      List<TorchTensor> inputs = new ArrayList<>();
      inputs.add(script.floats(new float[0], 1, 0, MicroGlimpse.TASK.vision().hiddenSize()));
      inputs.addAll(text.inputs());
      long[] answers = script.call("answer", inputs, state.weights()).getFirst().toLongs();

      long[] ids = text.inputs().getFirst().toLongs();
      long[] at = Arrays.stream(text.inputs().getLast().toLongs()).map(i -> i + 1).toArray();
      List<TorchTensor> plain =
          List.of(
              script.longs(ids, 1, ids.length),
              LlamaProgram.cosines(script, MicroGlimpse.TEXT, ids.length),
              LlamaProgram.sines(script, MicroGlimpse.TEXT, ids.length),
              script.longs(at, at.length));
      assertThat(reference.script().call("predict", plain, decoder).getFirst().toLongs())
          .hasSizeGreaterThan(6)
          .isEqualTo(answers);
    }
  }

  @Test
  void a_model_card_has_a_row_for_every_kind_of_question_and_choice_of_patches()
      throws IOException {
    ReferenceTraining training = training(2, 2, 1);
    ReferenceTraining.Outcome outcome = training.run(folder, () -> false, progress -> {});
    ModelCard card = ModelCard.write(folder, training, outcome, 5);

    assertThat(card.scores())
        .hasSize(21)
        .containsKeys(
            "colour, all 576 patches",
            "count, 64 patches by class attention",
            "shape, 64 patches at random")
        .allSatisfy((what, score) -> assertThat(score.n()).isEqualTo(5));
    assertThat(folder.resolve("README.md"))
        .content()
        .contains("| colour, 64 patches by class attention | ")
        .contains("| ask | 2 | 5 x 41 | 3 |");
  }

  @Test
  void the_engine_says_which_kinds_of_model_it_runs() throws IOException {
    training(1, 1, 1).run(folder, () -> false, progress -> {});

    assertThatThrownBy(() -> LanguageModel.load(folder, ModelOptions.defaults()).close())
        .hasMessageContaining("model_type is 'llava'; it must be one of");
  }
}
