package dev.winnow.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.winnow.engine.LanguageModel;
import dev.winnow.engine.ModelOptions;
import dev.winnow.engine.Session;
import dev.winnow.kernels.DType;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EvalCommandTest {
  private static final String TEXT = "It was a dark and stormy night; the rain fell. ".repeat(4);
  private static final int TOKENS = 60;

  @TempDir static Path shared;
  @TempDir Path temp;

  private static Path model;
  private static Path text;

  @BeforeAll
  static void writeModel() {
    model = TestFolders.withTokenizer(shared.resolve("base"));
    text = TestFolders.file(shared.resolve("text.txt"), TEXT);
  }

  @Test
  void scores_every_token_but_the_first() {
    JsonNode json = eval("--kv", "f32").json();

    assertThat(json.get("tokens").asInt()).isEqualTo(TOKENS - 1);
    assertThat(json.get("mean_nll").asDouble()).isCloseTo(meanNll(), within(1e-5));
    assertThat(json.get("perplexity").asDouble()).isCloseTo(Math.exp(meanNll()), within(1e-2));
    assertThat(json.get("suite").asText()).isEqualTo("ppl");
    assertThat(json.get("model").asText()).isEqualTo(model.toString());
    assertThat(json.has("perplexity_ratio")).isFalse();
  }

  @Test
  void rounded_weights_are_compared_with_the_same_model_in_float32() {
    double exact = eval("--kv", "f32").json().get("mean_nll").asDouble();

    JsonNode json = eval("--weights", "int8", "--kv", "bf16", "--against", "f32").json();

    assertThat(json.get("weights").asText()).isEqualTo("int8");
    assertThat(json.get("kv").asText()).isEqualTo("bf16");
    assertThat(json.get("against").asText()).isEqualTo("f32");
    double nll = json.get("mean_nll").asDouble();
    assertThat(json.get("reference_mean_nll").asDouble()).isCloseTo(exact, within(1e-6));
    assertThat(nll).isNotCloseTo(exact, within(1e-6)).isCloseTo(exact, within(0.1));
    assertThat(json.get("perplexity_ratio").asDouble())
        .isCloseTo(Math.exp(nll - exact), within(1e-5));
    assertThat(json.get("top1_agreement").asDouble()).isBetween(0.8, 1.0);
    assertThat(json.get("mean_kl").asDouble()).isBetween(1e-7, 0.1);
  }

  @Test
  void a_model_with_nothing_rounded_agrees_with_itself() {
    JsonNode json = eval("--kv", "f32", "--against", "f32").json();

    assertThat(json.get("perplexity_ratio").asDouble()).isCloseTo(1, within(1e-9));
    assertThat(json.get("top1_agreement").asDouble()).isEqualTo(1);
    assertThat(json.get("mean_kl").asDouble()).isCloseTo(0, within(1e-9));
  }

  @ParameterizedTest
  @ValueSource(strings = {"--decode-from 0", "--chunk 1", "--chunk 7"})
  void tokens_fed_otherwise_are_no_more_surprising(String feeding) {
    JsonNode json = eval(("--kv f32 " + feeding).split(" ")).json();

    assertThat(json.get("tokens").asInt()).isEqualTo(TOKENS - 1);
    assertThat(json.get("mean_nll").asDouble()).isCloseTo(meanNll(), within(1e-4));
  }

  @Test
  void only_what_decoded_tokens_predict_is_scored() {
    JsonNode decoded = eval("--kv", "f32", "--decode-from", "10").json();

    assertThat(decoded.get("tokens").asInt()).isEqualTo(TOKENS - 1 - 10);
    assertThat(decoded.get("mean_nll").asDouble()).isNotCloseTo(meanNll(), within(1e-4));
  }

  @Test
  void plain_output_names_what_was_measured() {
    Cli.Outcome outcome =
        run(
            "--suite",
            "ppl",
            "--text",
            text.toString(),
            "--tokens",
            "20",
            "--weights",
            "f16",
            "--against",
            "f32");

    assertThat(outcome.succeeds().out())
        .contains("perplexity ", "over 19 tokens", "against f32: perplexity x ");
  }

  @Test
  void the_text_may_come_from_standard_input() {
    JsonNode piped =
        Cli.in(temp)
            .stdin(TEXT)
            .run(arguments("--suite", "ppl", "--text", "-", "--tokens", "20", "--json"))
            .json();

    assertThat(piped).isEqualTo(withTokens(20).json());
  }

  @Test
  void as_many_tokens_as_the_context_predicts_can_be_scored() {
    // 128 tokens fill the context and predict a 129th.
    assertThat(withTokens(129).json().get("tokens").asInt()).isEqualTo(128);
    withTokens(130).fails("--tokens 130", "context of 128");
  }

  @Test
  void a_text_that_is_too_short_fails_and_says_how_long_it_is() {
    withTokens(TEXT.length() + 1)
        .fails(text.toString(), TEXT.length() + " tokens", "--tokens " + (TEXT.length() + 1));
  }

  @Test
  void a_model_without_tokenizer_fails() {
    Path golden = TestFolders.golden("llama-gqa", temp);

    Cli.in(temp)
        .run(
            "eval",
            "--suite",
            "ppl",
            "--model",
            golden.toString(),
            "--text",
            text.toString(),
            "--tokens",
            "9")
        .fails("tokenizer");
  }

  @ParameterizedTest
  @CsvSource({
    "--chunk, 0, '>= 1'",
    "--chunk, 65537, '[1, 65536]'",
    "--decode-from, -1, '>= 0'",
    "--threads, 0, '[1, 1024]'",
    "--weights, q4, 'f32, f16, int8'",
    "--kv, int8, 'f32, f16, bf16'",
    "--against, none, 'f32, f16, int8'"
  })
  void a_value_out_of_range_names_the_option_and_what_is_allowed(
      String option, String value, String allowed) {
    eval(option, value).isWrongUsage(option, allowed);
  }

  @Test
  void suite_text_and_tokens_are_required_and_checked() {
    String file = text.toString();
    run("--text", file, "--tokens", "9").isWrongUsage("--suite");
    run("--suite", "mmlu", "--text", file, "--tokens", "9").isWrongUsage("--suite", "ppl", "mmlu");
    run("--suite", "ppl", "--tokens", "9").isWrongUsage("--text");
    run("--suite", "ppl", "--text", file).isWrongUsage("--tokens");
    withTokens(1).isWrongUsage("--tokens", ">= 2", "1");
    run("--suite", "ppl", "--text", "/no/such/file", "--tokens", "9")
        .isWrongUsage("--text", "/no/such/file");
  }

  /** Computed apart from the command: log-probabilities in float64 from the session's logits. */
  private static double meanNll() {
    int[] ids =
        TEXT.substring(0, TOKENS).chars().map(letter -> Tokenizers.id((char) letter)).toArray();
    double[] sum = new double[1];
    ModelOptions options = ModelOptions.builder().kv(DType.F32).build();
    try (LanguageModel loaded = LanguageModel.load(model, options);
        Session session = loaded.openSession()) {
      session.score(
          Arrays.copyOf(ids, TOKENS - 1),
          (position, logits) -> {
            double total = 0;
            for (float logit : logits) {
              total += Math.exp(logit);
            }
            sum[0] += Math.log(total) - logits[ids[position + 1]];
          });
    }
    return sum[0] / (TOKENS - 1);
  }

  private Cli.Outcome withTokens(int tokens) {
    return run("--suite", "ppl", "--text", text.toString(), "--tokens", "" + tokens, "--json");
  }

  private Cli.Outcome eval(String... options) {
    List<String> all = new ArrayList<>(List.of("--suite", "ppl", "--text", text.toString()));
    all.addAll(List.of("--tokens", "" + TOKENS, "--json"));
    all.addAll(List.of(options));
    return run(all.toArray(String[]::new));
  }

  private Cli.Outcome run(String... options) {
    return Cli.in(temp).run(arguments(options));
  }

  private static String[] arguments(String... options) {
    List<String> all = new ArrayList<>(List.of("eval", "--model", model.toString()));
    all.addAll(List.of(options));
    return all.toArray(String[]::new);
  }
}
