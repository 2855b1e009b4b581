package dev.winnow.bench.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.winnow.engine.GenerationConfig;
import dev.winnow.engine.GenerationResult;
import dev.winnow.engine.LanguageModel;
import dev.winnow.engine.ModelOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReferenceTrainingTest {
  private static final ReferenceTraining TRAINING =
      new ReferenceTraining(MicroRecipe.recipe(), 3, 1, 1);

  @TempDir private Path folder;

  private static ReferenceTraining.Outcome train(ReferenceTraining training, Path folder)
      throws IOException {
    return training.run(folder, () -> false, progress -> {});
  }

  @Test
  void the_loss_falls() throws IOException {
    ReferenceRecipe recipe = MicroRecipe.recipe();
    Schedule.Phase phase = recipe.schedule().phases().getFirst();
    Schedule longer =
        new Schedule(List.of(new Schedule.Phase("short", 100, 5, phase.data(), 5, 0.03, 0.03)));
    List<TrainingProgress> progress = new ArrayList<>();
    new ReferenceTraining(new ReferenceRecipe("micro", "", recipe.task(), longer), 3, 1, 1)
        .run(folder, () -> false, progress::add);

    assertThat(progress).extracting(TrainingProgress::step).containsExactly(50, 100);
    // Guessing among 512 words costs ln 512 = 6.2.
    assertThat(progress.getFirst().loss()).isLessThan(6);
    assertThat(progress.getLast().loss()).isLessThan(progress.getFirst().loss() - 0.5);
  }

  @Test
  void a_training_that_was_stopped_goes_on_with_the_same_numbers() throws IOException {
    Path whole = folder.resolve("whole");
    Path parts = folder.resolve("parts");
    train(TRAINING, whole);
    AtomicInteger asked = new AtomicInteger();
    ReferenceTraining.Outcome stopped =
        TRAINING.run(parts, () -> asked.incrementAndGet() > 5, progress -> {});

    assertThat(stopped.steps()).isEqualTo(5);
    assertThat(stopped.finished()).isFalse();
    assertThat(train(TRAINING, parts).finished()).isTrue();
    assertThat(parts.resolve("model.safetensors"))
        .hasSameBinaryContentAs(whole.resolve("model.safetensors"));
  }

  @Test
  void another_seed_gives_another_model() throws IOException {
    Path one = folder.resolve("one");
    Path other = folder.resolve("other");
    train(TRAINING, one);
    train(new ReferenceTraining(MicroRecipe.recipe(), 4, 1, 1), other);

    assertThat(Files.readAllBytes(one.resolve("model.safetensors")))
        .isNotEqualTo(Files.readAllBytes(other.resolve("model.safetensors")));
  }

  @Test
  void a_folder_with_another_training_is_refused() throws IOException {
    train(TRAINING, folder);

    assertThatThrownBy(() -> train(new ReferenceTraining(MicroRecipe.recipe(), 4, 1, 1), folder))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("belongs to another training")
        .hasMessageContaining("seed 3");
  }

  @Test
  void the_checkpoint_loads_and_generates_words_of_its_vocabulary() throws IOException {
    train(TRAINING, folder);
    try (LanguageModel model = LanguageModel.load(folder, ModelOptions.defaults())) {
      GenerationConfig config = GenerationConfig.builder().maxNewTokens(4).eosTokenIds().build();
      GenerationResult result = model.generate("set amber 48 21 . ? amber", config);

      assertThat(result.promptIds()).hasSize(8).startsWith(1, 6);
      assertThat(result.generatedIds()).hasSize(4);
      assertThat(model.codec().orElseThrow().encode("<bos> Amber unheard-of 00", false))
          .containsExactly(1, 108, 3, 8);
    }
  }

  @Test
  void the_model_card_says_how_far_it_was_trained_and_how_good_it_is() throws IOException {
    AtomicInteger asked = new AtomicInteger();
    ReferenceTraining.Outcome outcome =
        TRAINING.run(folder, () -> asked.incrementAndGet() > 9, progress -> {});
    // The curve has a line for every fiftieth step and the last; this training stopped before.
    assertThat(folder.resolve("training").resolve("curve.csv")).doesNotExist();
    ModelCard card = ModelCard.write(folder, TRAINING, outcome, 6);

    assertThat(card.scores())
        .hasSize(7)
        .allSatisfy((what, score) -> assertThat(score.n()).isEqualTo(6));
    assertThat(folder.resolve("README.md"))
        .content()
        .contains("license: apache-2.0")
        .contains("stopped after 9 of 12 steps")
        .contains("| 112 tokens, 8 needles | ")
        .contains("--tokens 112 --needles 8 --hops 1 --n 6 --seed 1");
  }

  @Test
  void an_unknown_recipe_names_the_known() {
    assertThatThrownBy(() -> ReferenceRecipe.named("recal"))
        .hasMessage("there is no recipe 'recal'; recipes: diffuse, glimpse, recall");
  }
}
