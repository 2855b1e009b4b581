package dev.winnow.bench.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.winnow.bench.diffuse.DiffuseVocabulary;
import dev.winnow.bench.diffuse.ListData;
import dev.winnow.engine.CancellationToken;
import dev.winnow.engine.GenerationResult;
import dev.winnow.engine.LanguageModel;
import dev.winnow.engine.ModelOptions;
import dev.winnow.engine.Prompt;
import dev.winnow.engine.diffusion.DiffusionConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DiffuseTrainingTest {
  @TempDir private Path folder;

  private static ReferenceTraining training(int steps) {
    ReferenceRecipe recipe =
        new ReferenceRecipe(
            "micro",
            "Is trained by a test.",
            MicroRecipe.DIFFUSE,
            new Schedule(
                List.of(
                    new Schedule.Phase(
                        "lists", steps, 16, MicroRecipe.DIFFUSE_DATA, 5, 0.03, 0.03))));
    return new ReferenceTraining(recipe, 3, 1, 1);
  }

  @Test
  void the_loss_falls_and_the_checkpoint_fills_responses() throws IOException {
    List<TrainingProgress> progress = new ArrayList<>();
    training(100).run(folder, () -> false, progress::add);

    // Guessing among 46 words costs ln 46 = 3.8.
    assertThat(progress.getFirst().loss()).isLessThan(3.8);
    assertThat(progress.getLast().loss()).isLessThan(progress.getFirst().loss() - 0.3);
    try (LanguageModel model = LanguageModel.load(folder, ModelOptions.defaults())) {
      DiffusionConfig config = model.diffusionDefaults();
      List<int[]> passes = new ArrayList<>();
      GenerationResult result =
          model.diffuse(
              Prompt.of("Sort 5 3 9 ="),
              config,
              (pass, response) -> passes.add(response),
              new CancellationToken());

      assertThat(config.genLength()).isEqualTo(ListData.RESPONSE);
      assertThat(result.promptIds()).hasSize(6).startsWith(DiffuseVocabulary.BOS);
      assertThat(passes.getLast()).hasSize(8).doesNotContain(DiffuseVocabulary.MASK);
      assertThat(model.codec().orElseThrow().encode("<mask> COPY b é", false))
          .containsExactly(
              DiffuseVocabulary.MASK,
              DiffuseVocabulary.words().indexOf("copy"),
              DiffuseVocabulary.words().indexOf("b"),
              DiffuseVocabulary.UNKNOWN);
    }
  }

  @Test
  void a_training_that_was_stopped_goes_on_with_the_same_numbers() throws IOException {
    Path whole = folder.resolve("whole");
    Path parts = folder.resolve("parts");
    training(8).run(whole, () -> false, progress -> {});
    AtomicInteger asked = new AtomicInteger();
    training(8).run(parts, () -> asked.incrementAndGet() > 3, progress -> {});
    training(8).run(parts, () -> false, progress -> {});

    assertThat(parts.resolve("model.safetensors"))
        .hasSameBinaryContentAs(whole.resolve("model.safetensors"));
  }

  @Test
  void masking_ratios_are_spread_evenly_and_undone_by_the_weights() {
    int rows = 512;
    int masked = 0;
    double weights = 0;
    int batches = 20;
    try (Trainer trainer = new Trainer(MicroRecipe.DIFFUSE, 1)) {
      for (int seed = 0; seed < batches; seed++) {
        try (Batch batch = MicroRecipe.DIFFUSE_DATA.batch(trainer.script(), rows, seed)) {
          masked += batch.targets().length;
          for (float weight : batch.inputs().get(5).toFloats()) {
            weights += weight;
          }
        }
      }
    }
    // Ratios have the mean 1/2; a token masked with probability t and weighted by 1 / t counts one.
    assertThat((double) masked / (batches * rows * ListData.RESPONSE)).isCloseTo(0.5, within(0.01));
    assertThat(weights / batches).isCloseTo(1, within(0.1));
  }

  @Test
  void the_evaluation_predicts_whole_responses() {
    try (Trainer trainer = new Trainer(MicroRecipe.DIFFUSE, 1);
        Batch batch = MicroRecipe.DIFFUSE_DATA.evaluation(trainer.script())) {
      assertThat(batch.lengths()).containsOnly(ListData.RESPONSE);
      assertThat(batch.exact(batch.targets())).isEqualTo(batch.lengths().size());
      long[] wrong = batch.targets().clone();
      wrong[7]++;
      assertThat(batch.exact(wrong)).isEqualTo(batch.lengths().size() - 1);
    }
  }

  @Test
  void the_model_card_holds_a_score_for_every_task_and_number_of_steps() throws IOException {
    ReferenceTraining training = training(2);
    ReferenceTraining.Outcome outcome = training.run(folder, () -> false, progress -> {});
    ModelCard card = ModelCard.write(folder, training, outcome, 5);

    assertThat(card.scores())
        .containsKeys("sort; 8 steps", "shuffle; 8 steps", "shuffle; 1 step")
        .allSatisfy((what, score) -> assertThat(score.n()).isEqualTo(5));
    assertThat(folder.resolve("README.md"))
        .content()
        .contains("# micro")
        .contains("| lists | 2 | 16 x 18 | 3 to 7 | 8 | 0.0300 to 0.0300 |")
        .contains("--suite diffuse --model reference:diffuse --tasks sort,copy,reverse --steps 8");
  }
}
