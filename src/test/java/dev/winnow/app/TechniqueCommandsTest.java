package dev.winnow.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code --config} and {@code --set}, wherever a model runs. */
class TechniqueCommandsTest {
  private static final String CONFIG =
      """
      metadata: {version: 1, name: window, description: A window.}
      techniques:
        - technique: test_window
          token_budget: 6
      """;

  @TempDir static Path shared;
  @TempDir Path temp;

  private static Path model;
  private Path config;

  @BeforeAll
  static void writeModel() {
    model = TestFolders.golden("llama-gqa", shared);
  }

  @BeforeEach
  void writeConfig() {
    config = TestFolders.file(temp.resolve("window.yaml"), CONFIG);
  }

  private Cli.Outcome generate(String... more) {
    Path ids = TestFolders.file(temp.resolve("ids.json"), "[1, 5, 9, 2, 7, 3, 8, 4, 6, 11]");
    String[] start = {
      "generate",
      "--model",
      model.toString(),
      "--prompt-ids",
      ids.toString(),
      "--kv",
      "f32",
      "--max-new-tokens",
      "5",
      "--greedy",
      "--threads",
      "1"
    };
    return Cli.in(temp).run(Stream.of(start, more).flatMap(Arrays::stream).toArray(String[]::new));
  }

  @Test
  void generate_runs_with_the_techniques_and_reports_them_by_layer() {
    JsonNode dense = generate("--json").json();
    JsonNode sparse = generate("--json", "--config", config.toString()).json();

    assertThat(dense.get("techniques")).isEmpty();
    assertThat(sparse.get("techniques"))
        .hasToString(
            "[{\"name\":\"test_window\",\"parameters\":{\"token_budget\":6,\"dense_layers\":[]}}]");
    JsonNode layer = sparse.get("ledger").get("layers").get(1);
    // Ten prompt tokens are dense; of the four generated ones that are computed each reads six.
    assertThat(layer.get("layer").asInt()).isEqualTo(1);
    assertThat(layer.get("rows").asInt()).isEqualTo(14);
    assertThat(layer.get("sparse_rows").asInt()).isEqualTo(4);
    double densePairs = layer.get("dense_pairs").asDouble();
    assertThat(layer.get("pairs").asDouble() / densePairs).isEqualTo((55 + 4 * 6) / 105.0);
    assertThat(layer.get("kv_bytes_read").asLong())
        .isLessThan(layer.get("dense_kv_bytes_read").asLong());
    assertThat(layer.get("selection_flops").asLong()).isZero();
  }

  @Test
  void a_budget_of_the_whole_length_gives_the_dense_tokens() {
    JsonNode full =
        generate("--json", "--config", config.toString(), "--set", "token_budget=99").json();

    assertThat(full.get("generated_ids")).isEqualTo(generate("--json").json().get("generated_ids"));
    assertThat(full.get("techniques").get(0).get("parameters").get("token_budget").asInt())
        .isEqualTo(99);
  }

  @Test
  void what_does_not_fit_is_wrong_usage_and_loads_nothing() {
    generate("--set", "token_budget=9").isWrongUsage("--set needs --config");
    generate("--config", "nowhere.yaml").isWrongUsage("there is no file nowhere.yaml");
    generate("--config", config.toString(), "--set", "budget=9")
        .isWrongUsage("--set budget=9: unknown key 'budget', allowed are token_budget,");
    generate("--config", config.toString(), "--set", "token_budget=0")
        .isWrongUsage("window.yaml:3: techniques[0]", "token_budget must be", "got 0");
  }

  @Test
  void stats_say_what_was_left_out_and_where_the_time_went() {
    String err = generate("--stats", "--config", config.toString()).succeeds().err();

    // 79 of 105 pairs on each of three layers.
    assertThat(err)
        .contains("time:      scoring 0.0 ms, selection ")
        .contains("test_window:", "on layers 0-2")
        .contains("tokens kept of those that dense attention reads: 75.2 % (layers 0-2)")
        .doesNotContain("dense for");
  }

  @Test
  void stats_say_when_and_why_a_technique_stayed_dense() {
    assertThat(
            generate("--stats", "--config", config.toString(), "--set", "token_budget=20")
                .succeeds()
                .err())
        .contains("100.0 % (layers 0-2)")
        .contains("dense for all rows of 42: token_budget 20 covers all 15 tokens");
  }

  @Test
  void bench_runs_each_config_beside_dense_attention_in_rows_of_its_name() {
    Path other =
        TestFolders.file(temp.resolve("other.yaml"), CONFIG.replace("name: window", "name: other"));
    JsonNode json =
        Cli.in(temp)
            .run(
                "bench",
                "--model",
                model.toString(),
                "--grid",
                "tg2@d16",
                "--repetitions",
                "1",
                "--warm-ups",
                "0",
                "--threads",
                "1",
                "--config",
                config.toString(),
                "--config",
                other.toString(),
                "--set",
                "token_budget=4",
                "--json")
            .json();

    JsonNode rows = json.get("results");
    assertThat(rows)
        .extracting(row -> row.get("contender").asText())
        .containsExactly("winnow", "window", "other");
    assertThat(json.at("/contenders/window/techniques").asText())
        .isEqualTo("test_window {\"token_budget\":4,\"dense_layers\":[]}");
    assertThat(json.at("/contenders/winnow").has("techniques")).isFalse();
    // 17 and 18 keys dense, 4 with the window.
    assertThat(rows.get(1).get("kv_bytes_per_token").asDouble())
        .isEqualTo(rows.get(0).get("kv_bytes_per_token").asDouble() * 4 / 17.5);
    assertThat(rows.get(0).has("speed_up_over")).isFalse();
    assertThat(rows.get(1).get("speed_up_over").properties()).hasSize(1);
    assertThat(rows.get(1).get("speed_up_over").has("winnow")).isTrue();
  }

  @Test
  void bench_refuses_two_rows_of_one_name() {
    Cli.in(temp)
        .run(
            "bench",
            "--model",
            model.toString(),
            "--grid",
            "tg2",
            "--config",
            config.toString(),
            "--config",
            config.toString())
        .isWrongUsage("two rows would be called 'window'");
  }

  @Test
  void recall_decodes_the_question_where_a_technique_works_on_generated_tokens() {
    Cli.Outcome dense = recall();
    Cli.Outcome decoded = recall("--decode-question");
    Cli.Outcome window = recall("--config", config.toString());
    Cli.Outcome prefilled = recall("--config", config.toString(), "--no-decode-question");

    assertThat(dense.json().get("decode_question").asBoolean()).isFalse();
    assertThat(decoded.json().get("decode_question").asBoolean()).isTrue();
    assertThat(decoded.json().get("exact_match")).isEqualTo(dense.json().get("exact_match"));
    assertThat(window.json().get("decode_question").asBoolean()).isTrue();
    // Six tokens do not reach back to the fact, unless the question was read densely.
    assertThat(window.json().get("exact_match").asDouble()).isLessThan(0.2);
    assertThat(prefilled.json().get("decode_question").asBoolean()).isFalse();
  }

  private Cli.Outcome recall(String... more) {
    String[] start = {
      "eval",
      "--suite",
      "recall",
      "--model",
      "reference:recall",
      "--tokens",
      "200",
      "--needles",
      "4",
      "--n",
      "16",
      "--threads",
      "1",
      "--json"
    };
    return Cli.in(temp).run(Stream.of(start, more).flatMap(Arrays::stream).toArray(String[]::new));
  }

  @Test
  void info_lists_techniques_with_parameters_and_prints_the_schema() {
    JsonNode technique = Cli.in(temp).run("info", "--json").json().at("/techniques/test_window");
    assertThat(technique.get("summary").asText()).startsWith("Generated tokens attend");
    assertThat(technique.at("/parameters/token_budget").asInt()).isEqualTo(8);

    assertThat(Cli.in(temp).run("info").succeeds().out())
        .contains("test_window: Generated tokens attend to a sink and a window.")
        .contains("    token_budget 8, dense_layers []");
    assertThat(Cli.in(temp).run("info", "--config-schema").json().at("/properties/metadata"))
        .isNotEmpty();
  }

  @Test
  void eval_runs_with_the_techniques_too() {
    Path base = TestFolders.withTokenizer(temp.resolve("base"));
    Path text =
        TestFolders.file(temp.resolve("text.txt"), "It was a dark night; it rained. ".repeat(8));
    String[] start = {
      "eval",
      "--suite",
      "ppl",
      "--model",
      base.toString(),
      "--text",
      text.toString(),
      "--tokens",
      "60",
      "--kv",
      "f32",
      "--threads",
      "1",
      "--decode-from",
      "20",
      "--json"
    };
    String[] with = {"--config", config.toString()};

    JsonNode dense = Cli.in(temp).run(start).json();
    JsonNode sparse =
        Cli.in(temp)
            .run(Stream.of(start, with).flatMap(Arrays::stream).toArray(String[]::new))
            .json();

    assertThat(sparse.get("techniques").get(0).get("name").asText()).isEqualTo("test_window");
    assertThat(sparse.get("mean_nll").asDouble()).isNotEqualTo(dense.get("mean_nll").asDouble());
  }
}
