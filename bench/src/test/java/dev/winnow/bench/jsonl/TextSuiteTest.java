package dev.winnow.bench.jsonl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.winnow.bench.recall.RecallData;
import dev.winnow.bench.recall.RecallExample;
import dev.winnow.bench.recall.RecallTask;
import dev.winnow.bench.recall.RecallVocabulary;
import dev.winnow.bench.score.MeanScore;
import dev.winnow.bench.score.TextMetric;
import dev.winnow.engine.LanguageModel;
import dev.winnow.engine.ModelOptions;
import dev.winnow.engine.Prompt;
import dev.winnow.models.hub.ModelRequest;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The recall model answers its own kind of question nearly always, and always the same. */
class TextSuiteTest {
  @TempDir private static Path home;
  private static LanguageModel model;
  private static List<TextQuestion> questions;

  @BeforeAll
  static void load() {
    ModelRequest request =
        new ModelRequest(
            Map.of(), home, Optional.empty(), false, ModelRequest.fromEnvironment().listener());
    model =
        LanguageModel.load("reference:recall", ModelOptions.builder().threads(1).build(), request);
    RecallExample example = new RecallData(11).next(RecallTask.needles(256, 8));
    // The tokenizer writes the opening token itself.
    int[] context = Arrays.copyOfRange(example.ids(), 1, example.questions().getFirst().start());
    questions =
        example.questions().stream()
            .map(
                question ->
                    new TextQuestion(
                        "q, line " + question.start(),
                        "q" + question.start(),
                        Optional.of(RecallVocabulary.text(context)),
                        RecallVocabulary.text(example.asked(question)),
                        List.of("never", RecallVocabulary.text(example.answer(question))),
                        OptionalInt.empty()))
            .toList();
  }

  @AfterAll
  static void close() {
    model.close();
  }

  @Test
  void answers_are_scored_by_the_metric_and_the_mean_is_theirs() {
    List<TextSuite.Answer> answers = new ArrayList<>();
    MeanScore score =
        new TextSuite(TextMetric.EXACT, 3, false, false).score(model, questions, answers::add);

    assertThat(answers).extracting(TextSuite.Answer::question).isEqualTo(questions);
    assertThat(answers)
        .allSatisfy(
            answer ->
                assertThat(answer.score())
                    .isEqualTo(answer.text().equals(answer.question().answers().get(1)) ? 1 : 0));
    assertThat(score.sum()).isEqualTo(answers.stream().mapToDouble(TextSuite.Answer::score).sum());
    assertThat(score.n()).isEqualTo(8);
    assertThat(score.value()).isGreaterThan(0.7);
  }

  @Test
  void questions_fed_token_by_token_get_the_same_answers() {
    assertThat(texts(new TextSuite(TextMetric.F1, 7, false, true), questions))
        .isEqualTo(texts(new TextSuite(TextMetric.F1, 7, false, false), questions));
  }

  @Test
  void a_question_says_how_long_its_answer_may_be() {
    TextQuestion asked = questions.getFirst();
    TextQuestion one =
        new TextQuestion(
            "q, line 1", "1", Optional.empty(), asked.prompt(), asked.answers(), OptionalInt.of(1));

    List<String> texts = texts(new TextSuite(TextMetric.EXACT, 2, true, true), List.of(asked, one));

    assertThat(texts.getFirst()).startsWith(texts.get(1) + " ").matches("\\d\\d \\d\\d");
  }

  @Test
  void a_question_that_does_not_fit_is_named_before_any_is_asked() {
    int prompt = model.encode(Prompt.of(questions.getLast().prompt())).length;
    int most = model.maxTokens() - prompt + 1;
    new TextSuite(TextMetric.EXACT, most, false, false).check(model, List.of(questions.getLast()));

    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                new TextSuite(TextMetric.EXACT, most + 1, false, false)
                    .score(
                        model,
                        List.of(questions.getLast()),
                        answer -> {
                          throw new AssertionError("asked");
                        }))
        .withMessageStartingWith(questions.getLast().where())
        .withMessageContainingAll(
            prompt + " tokens", "max_new_tokens " + (most + 1), "" + model.maxTokens());
  }

  @Test
  void an_answer_has_at_least_one_token() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new TextSuite(TextMetric.EXACT, 0, false, false))
        .withMessage("max_new_tokens must be >= 1, got 0");
  }

  private static List<String> texts(TextSuite suite, List<TextQuestion> asked) {
    List<String> texts = new ArrayList<>();
    suite.score(model, asked, answer -> texts.add(answer.text()));
    return texts;
  }
}
