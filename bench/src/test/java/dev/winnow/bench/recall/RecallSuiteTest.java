package dev.winnow.bench.recall;

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

class RecallSuiteTest {
  @TempDir private static Path home;
  private static LanguageModel model;

  @BeforeAll
  static void load() {
    ModelRequest request =
        new ModelRequest(
            Map.of(), home, Optional.empty(), false, ModelRequest.fromEnvironment().listener());
    model =
        LanguageModel.load("reference:recall", ModelOptions.builder().threads(1).build(), request);
  }

  @AfterAll
  static void close() {
    model.close();
  }

  @Test
  void the_reference_model_finds_facts_at_its_training_length() {
    assertThat(new RecallSuite(4, 1, 40, 11).score(model, 512).value()).isGreaterThan(0.85);
  }

  @Test
  void it_fails_at_distances_it_was_never_trained_on() {
    assertThat(new RecallSuite(8, 1, 16, 11).score(model, 8192).value()).isLessThan(0.5);
  }

  @Test
  void it_follows_links() {
    List<RecallSuite.Answer> answers = new ArrayList<>();
    Proportion score = new RecallSuite(6, 2, 20, 11).score(model, 256, answers::add);

    assertThat(answers)
        .hasSize(20)
        .allSatisfy(answer -> assertThat(answer.asked()[0]).isEqualTo(RecallVocabulary.CHAIN))
        .allSatisfy(answer -> assertThat(answer.expected()).hasSize(4));
    assertThat(score.value()).isGreaterThan(0.5);
  }

  @Test
  void an_answer_counts_only_if_all_its_tokens_are_right() {
    List<RecallSuite.Answer> answers = new ArrayList<>();
    Proportion score = new RecallSuite(8, 1, 24, 5).score(model, 1024, answers::add);

    assertThat(answers).anyMatch(answer -> !answer.right());
    assertThat(score.successes())
        .isEqualTo(
            (int)
                answers.stream()
                    .filter(
                        answer ->
                            RecallVocabulary.text(answer.generated())
                                .equals(RecallVocabulary.text(answer.expected())))
                    .count());
  }

  @Test
  void the_same_seed_gives_the_same_score() {
    RecallSuite suite = new RecallSuite(3, 1, 10, 9);

    assertThat(suite.score(model, 97)).isEqualTo(suite.score(model, 97));
  }

  @Test
  void questions_fed_token_by_token_get_the_same_answers() {
    List<RecallSuite.Answer> prefilled = new ArrayList<>();
    List<RecallSuite.Answer> decoded = new ArrayList<>();
    new RecallSuite(3, 1, 6, 9, false).score(model, 97, prefilled::add);
    new RecallSuite(3, 1, 6, 9, true).score(model, 97, decoded::add);

    assertThat(decoded)
        .extracting(answer -> RecallVocabulary.text(answer.generated()))
        .containsExactlyElementsOf(
            prefilled.stream().map(answer -> RecallVocabulary.text(answer.generated())).toList());
    // Its own tokens but the last of the answer, which is never computed.
    RecallSuite.Answer first = decoded.getFirst();
    int computed = first.asked().length + first.expected().length - 1;
    assertThat(first.ledger().layers().getFirst().rows()).isEqualTo(computed + 1);
  }

  @Test
  void needles_that_do_not_fit_are_refused() {
    assertThatThrownBy(() -> new RecallSuite(8, 1, 8, 1).score(model, 79))
        .hasMessageContaining("at least 80 tokens, got 79");
    assertThatThrownBy(() -> new RecallSuite(2, 3, 8, 1)).hasMessageContaining("[1, needles]");
  }
}
