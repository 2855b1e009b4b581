package dev.winnow.bench.diffuse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.winnow.bench.Proportion;
import dev.winnow.engine.LanguageModel;
import dev.winnow.engine.ModelOptions;
import dev.winnow.models.hub.ModelRequest;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DiffuseSuiteTest {
  private static final List<ListTask> FUNCTIONS =
      List.of(ListTask.SORT, ListTask.COPY, ListTask.REVERSE);

  @TempDir private static Path home;
  private static LanguageModel model;

  private static LanguageModel reference(String name) {
    ModelRequest request =
        new ModelRequest(
            Map.of(), home, Optional.empty(), false, ModelRequest.fromEnvironment().listener());
    return LanguageModel.load(
        "reference:" + name, ModelOptions.builder().threads(1).build(), request);
  }

  @BeforeAll
  static void load() {
    model = reference("diffuse");
  }

  @AfterAll
  static void close() {
    model.close();
  }

  private static double score(List<ListTask> tasks, int steps, int length) {
    return new DiffuseSuite(tasks, 30, 11, ListData.RESPONSE, steps)
        .score(model, length).values().stream().reduce(Proportion::plus).orElseThrow().value();
  }

  @Test
  void the_reference_model_sorts_copies_and_reverses() {
    assertThat(score(FUNCTIONS, 8, 5)).isGreaterThan(0.9);
  }

  @Test
  void answers_that_are_determined_can_be_given_in_one_step() {
    assertThat(score(FUNCTIONS, 1, 5)).isGreaterThan(0.9);
  }

  @Test
  void tokens_that_are_decided_together_contradict_each_other_where_several_answers_are_right() {
    assertThat(score(List.of(ListTask.SHUFFLE), 8, 5)).isGreaterThan(0.8);
    assertThat(score(List.of(ListTask.SHUFFLE), 1, 5)).isLessThan(0.3);
  }

  @Test
  void every_task_gets_its_share_of_the_lists() {
    List<DiffuseSuite.Answer> answers = new ArrayList<>();
    Map<ListTask, Proportion> scores =
        new DiffuseSuite(List.of(ListTask.COPY, ListTask.SORT), 5, 1, 4, 2)
            .score(model, 3, answers::add);

    assertThat(answers).hasSize(5).allMatch(answer -> answer.example().items().length == 3);
    assertThat(scores.get(ListTask.COPY).n()).isEqualTo(3);
    assertThat(scores.get(ListTask.SORT).n()).isEqualTo(2);
    assertThat(scores).hasSize(2);
  }

  @Test
  void what_cannot_be_asked_is_refused() {
    assertThatThrownBy(() -> new DiffuseSuite(FUNCTIONS, 0, 1, 8, 8))
        .hasMessage("n must be >= 1, got 0");
    assertThatThrownBy(() -> new DiffuseSuite(FUNCTIONS, 1, 1, 3, 8))
        .hasMessage("block_length must be >= 1 and divide gen_length 8, got 3");
    assertThatThrownBy(() -> new DiffuseSuite(FUNCTIONS, 1, 1, 8, 8).score(model, 8))
        .hasMessage("lists must have 3 to 7 items, got 8");
  }

  @Test
  void a_model_of_other_words_is_refused() {
    try (LanguageModel recall = reference("recall")) {
      assertThatThrownBy(() -> new DiffuseSuite(FUNCTIONS, 1, 1, 8, 8).score(recall, 3))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("use reference:diffuse");
    }
  }
}
