package dev.winnow.bench.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.winnow.bench.Proportion;
import dev.winnow.bench.glimpse.GlimpseQuestion.Kind;
import dev.winnow.bench.train.GlimpseScores.Kept;
import dev.winnow.bench.train.GlimpseScores.Way;
import dev.winnow.engine.LanguageModel;
import dev.winnow.engine.ModelOptions;
import dev.winnow.models.checkpoint.Checkpoint;
import dev.winnow.models.checkpoint.Checkpoints;
import dev.winnow.models.hub.ModelLocator;
import dev.winnow.models.hub.ModelRequest;
import dev.winnow.models.hub.ProgressListener;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code reference:glimpse} as it is shipped. */
class GlimpseCheckpointTest {
  private static final GlimpseReference TASK = (GlimpseReference) GlimpseReference.recipe().task();

  @TempDir private static Path home;
  private static Path folder;

  @BeforeAll
  static void unpack() {
    folder =
        new ModelLocator()
            .locate(
                "reference:glimpse",
                new ModelRequest(
                    Map.of("WINNOW_CACHE", home.toString()),
                    home,
                    Optional.empty(),
                    false,
                    ProgressListener.silent()));
  }

  @Test
  void its_documents_are_those_of_the_recipe() throws IOException {
    ObjectMapper mapper = new ObjectMapper();
    for (var document : TASK.documents().entrySet()) {
      JsonNode stored = mapper.readTree(folder.resolve(document.getKey()).toFile());
      JsonNode expected = mapper.readTree(document.getValue().toString());
      assertThat(stored).as(document.getKey()).isEqualTo(expected);
    }
    assertThat(folder.resolve("README.md"))
        .content()
        .contains(
            "The schedule ran to its end: %d steps"
                .formatted(GlimpseReference.recipe().schedule().steps()));
  }

  @Test
  void its_tensors_have_hugging_faces_names_and_the_configs_shapes() {
    try (Checkpoint checkpoint = Checkpoints.open(folder)) {
      JsonNode vision = checkpoint.config().get("vision_config");
      JsonNode text = checkpoint.config().get("text_config");
      int grid = vision.get("image_size").asInt() / vision.get("patch_size").asInt();
      int hidden = vision.get("hidden_size").asInt();
      assertThat(grid * grid).isEqualTo(checkpoint.config().get("image_seq_length").asInt());
      // Sixteen tensors a layer and seven besides; four of the projector; nine a layer and two.
      assertThat(checkpoint.tensors())
          .hasSize(
              16 * vision.get("num_hidden_layers").asInt()
                  + 7
                  + 4
                  + 9 * text.get("num_hidden_layers").asInt()
                  + 2);
      assertShape(checkpoint, "vision_tower.vision_model.embeddings.class_embedding", hidden);
      assertShape(
          checkpoint,
          "vision_tower.vision_model.embeddings.patch_embedding.weight",
          hidden,
          3,
          vision.get("patch_size").asInt(),
          vision.get("patch_size").asInt());
      assertShape(
          checkpoint,
          "vision_tower.vision_model.embeddings.position_embedding.weight",
          grid * grid + 1,
          hidden);
      assertShape(
          checkpoint,
          "vision_tower.vision_model.encoder.layers.3.mlp.fc1.weight",
          vision.get("intermediate_size").asInt(),
          hidden);
      assertShape(
          checkpoint,
          "multi_modal_projector.linear_1.weight",
          text.get("hidden_size").asInt(),
          hidden);
      assertShape(
          checkpoint,
          "language_model.model.embed_tokens.weight",
          text.get("vocab_size").asInt(),
          text.get("hidden_size").asInt());
      assertThat(checkpoint.tensors().values())
          .allSatisfy(tensor -> assertThat(tensor.storedType()).isEqualTo("F16"));
    }
  }

  private static void assertShape(Checkpoint checkpoint, String name, long... shape) {
    assertThat(checkpoint.tensors()).containsKey(name);
    assertThat(checkpoint.tensors().get(name).shape().stream().mapToLong(Long::longValue))
        .as(name)
        .containsExactly(Arrays.stream(shape).boxed().toArray(Long[]::new));
  }

  @Test
  void its_class_token_finds_the_patches_that_answer_questions_better_than_chance() {
    Way all = new Way(Kept.BY_CLASS_ATTENTION, 576);
    Way some = new Way(Kept.BY_CLASS_ATTENTION, 64);
    Way any = new Way(Kept.AT_RANDOM, 64);
    try (GlimpseScores scores = new GlimpseScores(TASK, folder)) {
      Map<Way, Map<Kind, Proportion>> found = scores.scores(List.of(all, some, any), 30, 5);

      assertThat(together(found.get(all))).isGreaterThan(0.85);
      assertThat(together(found.get(some))).isGreaterThan(together(found.get(any)) + 0.05);
    }
  }

  private static double together(Map<Kind, Proportion> scores) {
    return scores.values().stream().reduce(Proportion::plus).orElseThrow().value();
  }

  @Test
  void the_engine_says_which_kinds_of_model_it_runs() {
    assertThatThrownBy(() -> LanguageModel.load(folder, ModelOptions.defaults()).close())
        .hasMessageContaining("model_type is 'llava'; it must be one of");
  }
}
