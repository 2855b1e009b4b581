package dev.winnow.bench.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.tuple;

import dev.winnow.bench.score.MeanScore;
import dev.winnow.bench.score.TextMetric;
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

/** Suites asked of a model whose answers are written for it, or of one that babbles. */
class SeededScoreTest {
  @TempDir private static Path folder;
  private static LanguageModel weights;

  @BeforeAll
  static void load() {
    weights = CharCodec.model(folder, 2000);
  }

  @AfterAll
  static void close() {
    weights.close();
  }

  private static SuiteOptions.Builder options() {
    return SuiteOptions.builder().tokens(List.of(600)).n(2);
  }

  @Test
  void answers_are_scored_and_gathered_by_task_length_and_depth() {
    SuiteOptions options = options().tokens(List.of(600, 700)).depths(List.of(0.0, 1.0)).build();
    SeededSuite suite = TextSuites.named("passkey");
    CharCodec codec = new CharCodec(false);
    LanguageModel model = codec.with(weights);
    // By length, repetition and depth; right only at depth 1, and once at 700 tokens and depth 0.
    suite
        .items(model, options)
        .forEach(
            item ->
                codec.answer(
                    item.at().get("depth") == 1 || item.key().equals("passkey/700/0/1")
                        ? " " + item.references().getFirst() + ", I think, not 3."
                        : "12"));
    List<SeededSuite.Answer> answers = new ArrayList<>();

    List<CellScore> scores = suite.score(model, options, answers::add);

    assertThat(scores)
        .extracting(
            line -> line.cell().tokens() + " " + line.cell().depth().getAsDouble(),
            CellScore::score)
        .containsExactly(
            tuple("600 0.0", new MeanScore(0, 2)),
            tuple("600 1.0", new MeanScore(2, 2)),
            tuple("700 0.0", new MeanScore(1, 2)),
            tuple("700 1.0", new MeanScore(2, 2)));
    assertThat(scores.getFirst().cell().metric()).isEqualTo(TextMetric.FIRST_INTEGER);
    assertThat(scores.getFirst().cell().maxNewTokens()).isEqualTo(10);
    assertThat(answers)
        .extracting(answer -> answer.item().key())
        .startsWith("passkey/600/0/0", "passkey/600/1/0", "passkey/600/0/1", "passkey/600/1/1");
    assertThat(answers).allSatisfy(answer -> assertThat(answer.firstTokenMs()).isPositive());
  }

  @Test
  void sets_are_scored_by_the_part_found() {
    SuiteOptions options =
        options().tokens(List.of(1200)).tasks(List.of("multi")).keys(4).n(1).build();
    SeededSuite suite = TextSuites.named("needle");
    CharCodec codec = new CharCodec(true);
    LanguageModel model = codec.with(weights);
    TextItem item = suite.items(model, options).getFirst();
    codec.answer("\"%s\" or %s".formatted(item.references().get(2), item.references().get(0)));

    List<CellScore> scores = suite.score(model, options, answer -> {});

    assertThat(scores).hasSize(1);
    assertThat(scores.getFirst().cell().depth()).isEmpty();
    assertThat(scores.getFirst().score()).isEqualTo(new MeanScore(0.5, 1));
  }

  @Test
  void questions_fed_token_by_token_get_the_same_answers() {
    LanguageModel model = new CharCodec(true).with(weights);
    SuiteOptions.Builder needles =
        options().tokens(List.of(700)).tasks(List.of("single", "sentence")).n(1);
    List<SeededSuite.Answer> prefilled = new ArrayList<>();
    List<SeededSuite.Answer> decoded = new ArrayList<>();

    TextSuites.named("needle").score(model, needles.build(), prefilled::add);
    TextSuites.named("needle").score(model, needles.decodeQuestion(true).build(), decoded::add);

    assertThat(decoded)
        .extracting(SeededSuite.Answer::text)
        .isEqualTo(prefilled.stream().map(SeededSuite.Answer::text).toList());
    // Question, answer start and answer but its last token; the context's last token waits.
    SeededSuite.Answer answer = decoded.getFirst();
    int rest = "Extract the value".length();
    assertThat(answer.ledger().layers().getFirst().rows())
        .isGreaterThan(rest + answer.item().maxNewTokens())
        .isLessThan(answer.promptTokens() - 80);
  }

  @Test
  void the_chat_format_counts_in_the_length_and_ends_with_the_start_of_the_answer() {
    SuiteOptions chat = options().tokens(List.of(600)).n(1).build();
    SeededSuite suite = TextSuites.named("passkey");
    LanguageModel model = new CharCodec(true).with(weights);
    List<SeededSuite.Answer> messages = new ArrayList<>();
    List<SeededSuite.Answer> raw = new ArrayList<>();

    suite.score(model, chat, messages::add);
    suite.score(model, options().n(1).raw(true).build(), raw::add);

    assertThat(messages.getFirst().promptTokens()).isBetween(565, 590);
    assertThat(raw.getFirst().promptTokens()).isBetween(565, 590);
    // The same filler ends earlier, for the marks around the message.
    assertThat(messages.getFirst().item().context().length())
        .isLessThan(raw.getFirst().item().context().length());
  }

  @Test
  void nothing_is_asked_if_a_question_does_not_fit() {
    LanguageModel model = new CharCodec(false).with(weights);

    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                TextSuites.named("threads")
                    .score(
                        model,
                        options().tokens(List.of(1200)).threadLength(16).build(),
                        answer -> {
                          throw new AssertionError("asked");
                        }))
        .withMessageContaining("forward needs at least");
  }

  @Test
  void a_model_without_general_text_is_refused(@TempDir Path home) {
    ModelRequest request =
        new ModelRequest(
            Map.of(), home, Optional.empty(), false, ModelRequest.fromEnvironment().listener());
    ModelOptions one = ModelOptions.builder().threads(1).build();

    try (LanguageModel model = LanguageModel.load("reference:recall", one, request)) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> TextSuites.named("passkey").check(model, options().build()))
          .withMessageContaining("cannot spell");
    }
  }
}
