package dev.winnow.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FidelityCommandTest {
  @TempDir static Path shared;

  private static Path model;
  private static Path text;
  private static Path config;

  @BeforeAll
  static void writeModel() {
    model = TestFolders.withTokenizer(shared.resolve("base"));
    text =
        TestFolders.file(
            shared.resolve("text.txt"),
            "It was a dark and stormy night; the rain fell. ".repeat(4));
    config =
        TestFolders.file(
            shared.resolve("window.yaml"),
            """
            metadata:
              version: 1
            techniques:
              - technique: streaming_llm
                token_budget: 6
                sinks: 2
            """);
  }

  @Test
  void a_technique_that_keeps_everything_is_dense() {
    JsonNode json = run("--config", config.toString(), "--set", "token_budget=500").json();

    assertThat(json.get("top1_agreement").asDouble()).isEqualTo(1);
    assertThat(json.get("mean_kl").asDouble()).isCloseTo(0, within(1e-9));
    assertThat(json.get("nll_delta").asDouble()).isCloseTo(0, within(1e-9));
    assertThat(json.get("same_tokens").asDouble()).isEqualTo(1);
    for (String smoothing : List.of("none", "floor", "add_k", "exp")) {
      assertThat(json.get("bleu").get(smoothing).asDouble()).isCloseTo(1, within(1e-9));
    }
  }

  @Test
  void a_technique_that_forgets_is_told_from_dense() {
    JsonNode json = run("--config", config.toString()).json();

    assertThat(json.get("suite").asText()).isEqualTo("fidelity");
    assertThat(json.get("tokens").asInt()).isEqualTo(39);
    assertThat(json.get("decode_from").asInt()).isEqualTo(40);
    assertThat(json.get("mean_kl").asDouble()).isGreaterThan(1e-6);
    assertThat(json.get("nll_delta").asDouble())
        .isNotZero()
        .isCloseTo(
            json.get("mean_nll").asDouble() - json.get("dense_mean_nll").asDouble(), within(1e-12));
    assertThat(json.get("same_tokens").asDouble()).isLessThan(1);
    assertThat(json.get("bleu").get("add_k").asDouble()).isLessThan(1);
  }

  @Test
  void plain_output_says_what_was_compared() {
    assertThat(command("--config", config.toString(), "--continue", "5").succeeds().out())
        .contains("against dense over 39 tokens")
        .contains("4 continuations of 5 tokens: BLEU ");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          --continue 0 | --continue must be >= 1, got 0
          --continuations 0 | --continuations must be >= 1, got 0
          --decode-from 79 | --decode-from must be at most --tokens - 2, which is 78, got 79
          --decode-from 3 | --decode-from must be >= continuations, which is 4, got 3
          --continue 100 | --decode-from 40 and --continue 100 do not fit the model's context
          --needles 3 | --needles is an option of suite recall, not of fidelity
          --n 3 | --n is an option of suites that ask questions, not of fidelity
          """)
  void bad_values_are_named(String options, String complaint) {
    Cli.Outcome outcome = command(options.split(" "));

    assertThat(outcome.code()).isNotZero();
    assertThat(outcome.err()).contains(complaint);
  }

  private static Cli.Outcome command(String... more) {
    List<String> args =
        new ArrayList<>(
            List.of("eval", "--suite", "fidelity", "--model", model.toString(), "--text"));
    args.addAll(List.of(text.toString(), "--tokens", "80", "--kv", "f32"));
    args.addAll(Arrays.asList(more));
    return Cli.in(shared).run(args.toArray(String[]::new));
  }

  private static Cli.Outcome run(String... more) {
    List<String> args = new ArrayList<>(Arrays.asList(more));
    args.add("--json");
    return command(args.toArray(String[]::new));
  }
}
