package dev.winnow.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands around {@code reference:diffuse}. */
class DiffuseCommandsTest {
  @TempDir Path temp;

  private Cli.Outcome run(String command, String... options) {
    List<String> all = new ArrayList<>(List.of(command, "--model", "reference:diffuse"));
    all.addAll(List.of(options));
    all.addAll(List.of("--threads", "1"));
    return Cli.in(temp).run(all.toArray(String[]::new));
  }

  private Cli.Outcome eval(String... options) {
    List<String> all = new ArrayList<>(List.of("--suite", "diffuse"));
    all.addAll(List.of(options));
    return run("eval", all.toArray(String[]::new));
  }

  private Cli.Outcome generate(String... options) {
    List<String> all = new ArrayList<>(List.of("--raw"));
    all.addAll(List.of(options));
    return run("generate", all.toArray(String[]::new));
  }

  @Test
  void generate_fills_the_response() {
    assertThat(generate("--prompt", "sort 5 3 9 1 =").succeeds().out().strip())
        .isEqualTo("1 3 5 9");
    assertThat(generate("--prompt", "reverse a 7 b =", "--steps", "1").succeeds().out().strip())
        .isEqualTo("b 7 a");
  }

  @Test
  void generate_prints_what_it_did_as_json() {
    JsonNode json =
        generate(
                "--prompt",
                "copy x y z =",
                "--steps",
                "4",
                "--block-length",
                "4",
                "--remasking",
                "random",
                "--seed",
                "3",
                "--json")
            .json();

    assertThat(json.get("text").asText()).isEqualTo("x y z");
    assertThat(json.get("finish_reason").asText()).isEqualTo("stop");
    assertThat(json.get("usage").get("completion_tokens").asInt()).isEqualTo(4);
    assertThat(json.get("steps").asInt()).isEqualTo(4);
    assertThat(json.get("block_length").asInt()).isEqualTo(4);
    assertThat(json.get("seed").asInt()).isEqualTo(3);
    assertThat(json.get("ledger").get("flops")).isEqualTo(json.get("ledger").get("dense_flops"));
  }

  @Test
  void generate_refuses_options_of_the_other_kind_of_model() {
    generate("--prompt", "copy a =", "--top-k", "4")
        .fails("--top-k is for models that go on token by token");
    generate("--prompt", "copy a =", "--logprobs", "2", "--json")
        .fails("--logprobs is for models that go on token by token");
    generate("--prompt", "copy a =", "--block-length", "3")
        .isWrongUsage("--block-length must be >= 1 and divide gen_length 8, got 3");
    Cli.in(temp)
        .run("generate", "--model", "reference:recall", "--raw", "--prompt", "?", "--steps", "4")
        .fails("--steps is for masked diffusion models");
    Cli.in(temp)
        .run(
            "eval",
            "--suite",
            "recall",
            "--model",
            "reference:diffuse",
            "--tokens",
            "60",
            "--needles",
            "1")
        .fails("use reference:recall");
  }

  @Test
  void eval_scores_by_length_and_by_task_with_intervals() {
    JsonNode json = eval("--tokens", "3,5", "--n", "12", "--seed", "2", "--json").json();

    assertThat(json.get("suite").asText()).isEqualTo("diffuse");
    assertThat(json.get("n").asInt()).isEqualTo(24);
    double all = json.get("exact_match").asDouble();
    assertThat(all).isBetween(0.8, 1.0);
    assertThat(json.get("ci95").get(0).asDouble()).isLessThan(all);
    assertThat(json.get("ci95").get(1).asDouble()).isBetween(all, 1.0);
    assertThat(json.get("steps").asInt()).isEqualTo(8);
    assertThat(json.get("by_tokens").properties()).hasSize(2);
    assertThat(json.get("by_tokens").get("5").get("n").asInt()).isEqualTo(12);
    assertThat(json.get("by_task").properties()).hasSize(4);
    assertThat(json.get("by_task").get("sort").get("n").asInt()).isEqualTo(6);
  }

  @Test
  void eval_asks_lists_of_every_length_unless_told() {
    assertThat(eval("--tasks", "copy", "--steps", "1", "--n", "2").succeeds().out())
        .contains("3 items: exact match", "7 items: exact match", "copy: exact match", "n 10")
        .doesNotContain("sort");
  }

  @Test
  void eval_refuses_numbers_out_of_range() {
    eval("--tokens", "8").isWrongUsage("--tokens must be in [3, 7], got 8");
    eval("--steps", "0").isWrongUsage("--steps must be >= 1");
    eval("--block-length", "2", "--steps", "2").isWrongUsage("--steps must be", "which is 4");
    eval("--tasks", "add").isWrongUsage("--tasks", "sort, copy, reverse, shuffle");
    eval("--n", "0").isWrongUsage("--n must be >= 1, got 0");
    eval("--needles", "2").isWrongUsage("--needles is an option of suite recall, not of diffuse");
  }
}
