package dev.winnow.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands around {@code reference:recall}. */
class RecallCommandsTest {
  @TempDir Path temp;

  @Test
  void eval_scores_every_length_with_an_interval() {
    JsonNode json =
        Cli.in(temp)
            .run(
                "eval",
                "--suite",
                "recall",
                "--model",
                "reference:recall",
                "--tokens",
                "128,256",
                "--needles",
                "4",
                "--n",
                "20",
                "--seed",
                "1",
                "--threads",
                "1",
                "--json")
            .json();

    assertThat(json.get("suite").asText()).isEqualTo("recall");
    assertThat(json.get("n").asInt()).isEqualTo(40);
    double all = json.get("exact_match").asDouble();
    assertThat(all).isBetween(0.8, 1.0);
    assertThat(json.get("ci95").get(0).asDouble()).isLessThan(all);
    assertThat(json.get("ci95").get(1).asDouble()).isBetween(all, 1.0);
    JsonNode byTokens = json.get("by_tokens");
    assertThat(byTokens.properties()).hasSize(2);
    assertThat(byTokens.get("256").get("n").asInt()).isEqualTo(20);
    assertThat(
            (byTokens.get("128").get("exact_match").asDouble()
                    + byTokens.get("256").get("exact_match").asDouble())
                / 2)
        .isEqualTo(all);
  }

  @Test
  void eval_repeats_itself_for_the_same_seed() {
    String[] arguments = {
      "eval",
      "--suite",
      "recall",
      "--model",
      "reference:recall",
      "--tokens",
      "100",
      "--hops",
      "2",
      "--n",
      "10",
      "--threads",
      "1"
    };

    assertThat(Cli.in(temp).run(arguments).succeeds().out())
        .contains("100 tokens: exact match")
        .isEqualTo(Cli.in(temp).run(arguments).out());
  }

  @Test
  void eval_refuses_options_of_another_suite() {
    Cli.in(temp)
        .run(
            "eval",
            "--suite",
            "recall",
            "--model",
            "reference:recall",
            "--tokens",
            "512",
            "--text",
            "book.txt")
        .isWrongUsage("--text is an option of suites that feed a text, not of recall");
    Cli.in(temp)
        .run(
            "eval",
            "--suite",
            "ppl",
            "--model",
            "reference:recall",
            "--tokens",
            "512",
            "--text",
            "book.txt",
            "--needles",
            "3")
        .isWrongUsage("--needles is an option of suite recall, not of ppl");
    Cli.in(temp)
        .run(
            "eval",
            "--suite",
            "ppl",
            "--model",
            "reference:recall",
            "--tokens",
            "512",
            "--text",
            "book.txt",
            "--seed",
            "3")
        .isWrongUsage("--seed is an option of suites that ask questions, not of ppl");
    Cli.in(temp)
        .run("eval", "--suite", "recall", "--model", "reference:recall")
        .isWrongUsage("this suite needs --tokens");
    Cli.in(temp)
        .run("eval", "--suite", "recal", "--model", "reference:recall", "--tokens", "512")
        .isWrongUsage(
            "--suite must be one of ppl, fidelity, recall, diffuse, passkey, needle, threads, ruler,"
                + " jsonl, got 'recal'");
  }

  @Test
  void eval_refuses_numbers_out_of_range() {
    String[] start = {"eval", "--suite", "recall", "--model", "reference:recall", "--tokens"};

    Cli.in(temp)
        .run(with(start, "60", "--needles", "8"))
        .isWrongUsage("--tokens: 8 needles and questions about them need at least 80 tokens");
    Cli.in(temp)
        .run(with(start, "512", "--needles", "0"))
        .isWrongUsage("--needles must be in [1, 64], got 0");
    Cli.in(temp).run(with(start, "512", "--n", "0")).isWrongUsage("--n must be >= 1, got 0");
    Cli.in(temp)
        .run(with(start, "20000"))
        .fails("does not fit the model's context of 16384 tokens");
  }

  @Test
  void the_demo_asks_at_every_length_and_says_what_it_cost() {
    JsonNode json = Cli.in(temp).run("demo", "--tokens", "300", "--threads", "1", "--json").json();

    assertThat(json.get("trained_tokens").asInt()).isEqualTo(512);
    JsonNode lines = json.get("lines");
    assertThat(lines)
        .extracting(line -> line.get("method").asText())
        .contains("dense", "token_select", "quest");
    JsonNode line = lines.get(0);
    assertThat(line.get("tokens").asInt()).isEqualTo(300);
    assertThat(line.get("method").asText()).isEqualTo("dense");
    assertThat(line.get("question").asText()).startsWith("What is ").endsWith(" set to?");
    assertThat(line.get("right").asBoolean())
        .isEqualTo(line.get("answer").asText().equals(line.get("expected").asText()));
    assertThat(line.get("questions").asInt()).isEqualTo(8);
    assertThat(line.get("attention_flops")).isEqualTo(line.get("dense_attention_flops"));
    for (JsonNode other : lines) {
      assertThat(other.get("dense_attention_flops")).isEqualTo(line.get("dense_attention_flops"));
    }
    assertThat(line.get("kv_bytes_read").asLong()).isPositive();
    assertThat(line.get("ttft_ms").asDouble()).isPositive();
  }

  @Test
  void the_demo_prints_a_table_with_plain_words() {
    String out =
        Cli.in(temp).run("demo", "--tokens", "128,1024", "--threads", "1").succeeds().out();

    assertThat(out)
        .contains("context", "method", "question", "answer", "TTFT", "attention FLOPs")
        .containsPattern("128 +dense +What is [a-z]+ set to\\?")
        .containsPattern("1,024 +dense +What is [a-z]+ set to\\?")
        .contains("up to there");
  }

  @Test
  void the_demo_refuses_lengths_it_cannot_have() {
    Cli.in(temp).run("demo", "--tokens", "20000").isWrongUsage("at most 16384, got 20000");
    Cli.in(temp).run("demo", "--tokens", "70").isWrongUsage("at least 80 tokens, got 70");
  }

  @Test
  void train_reference_refuses_what_it_does_not_know() {
    Cli.in(temp)
        .run("train-reference", "recal", "--out", temp.toString())
        .isWrongUsage("there is no recipe 'recal'; recipes: diffuse, glimpse, recall");
    Cli.in(temp)
        .run("train-reference", "recall", "--steps-scale", "0", "--out", temp.toString())
        .isWrongUsage("steps scale must be in (0, 100], got 0.0");
    Cli.in(temp)
        .run("train-reference", "recall", "--threads", "0", "--out", temp.toString())
        .isWrongUsage("threads must be in [1, 1024], got 0");
  }

  private static String[] with(String[] start, String... more) {
    String[] all = Arrays.copyOf(start, start.length + more.length);
    System.arraycopy(more, 0, all, start.length, more.length);
    return all;
  }
}
