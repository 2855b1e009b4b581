package dev.winnow.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChatCommandTest {
  @TempDir Path temp;
  private Path folder;

  @BeforeEach
  void writeModel() {
    folder = TestFolders.forChat(temp.resolve("chat"));
  }

  @Test
  void each_line_is_answered_and_the_end_of_input_ends_it() {
    JsonNode answers = chat("one\ntwo\n").get("answers");

    assertThat(answers).hasSize(2);
    String second = prompt(answers.get(1));
    assertThat(second)
        .startsWith("<|im_start|>user\none<|im_end|>\n<|im_start|>assistant\n")
        .endsWith("<|im_start|>user\ntwo<|im_end|>\n<|im_start|>assistant\n");
  }

  @Test
  void an_answer_is_the_one_that_a_single_prompt_gets() {
    JsonNode answer = chat("Hi\n").get("answers").get(0);

    JsonNode alone =
        Cli.in(temp)
            .run(
                "generate",
                "--model",
                folder.toString(),
                "--prompt",
                "Hi",
                "--max-new-tokens",
                "4",
                "--greedy",
                "--json")
            .json();

    assertThat(answer.get("prompt_ids")).isEqualTo(alone.get("prompt_ids"));
    assertThat(answer.get("generated_ids")).isEqualTo(alone.get("generated_ids"));
    assertThat(answer.get("ledger").get("flops")).isEqualTo(alone.get("ledger").get("flops"));
  }

  @Test
  void what_was_computed_for_earlier_turns_is_not_computed_again() {
    JsonNode answers = chat("one\ntwo\n").get("answers");

    // Per token the work grows with what it attends to, so equal work per prompt token would mean
    // that everything was computed again.
    long first = answers.get(0).get("ledger").get("flops").asLong();
    int firstTokens = answers.get(0).get("usage").get("prompt_tokens").asInt();
    long second = answers.get(1).get("ledger").get("flops").asLong();
    int secondTokens = answers.get(1).get("usage").get("prompt_tokens").asInt();
    assertThat(secondTokens).isGreaterThan(firstTokens * 3 / 2);
    assertThat((double) second / secondTokens).isLessThan(0.9 * first / firstTokens);
  }

  @Test
  void commands_are_not_messages() {
    JsonNode answers = chat("one\n/reset\n\n  \ntwo\n/help\n/nonsense\n/stats\n").get("answers");

    assertThat(answers).hasSize(2);
    assertThat(prompt(answers.get(1)))
        .isEqualTo("<|im_start|>user\ntwo<|im_end|>\n<|im_start|>assistant\n");
  }

  @Test
  void exit_ends_it_and_system_instructs_the_model() {
    JsonNode answers = chat("/system Be kind.\none\n/exit\ntwo\n").get("answers");

    assertThat(answers).hasSize(1);
    assertThat(prompt(answers.get(0)))
        .startsWith("<|im_start|>system\nBe kind.<|im_end|>\n<|im_start|>user\none");
  }

  @Test
  void a_conversation_that_outgrows_the_context_goes_on_after_a_reset() {
    Cli.Outcome outcome = run("x".repeat(200) + "\n/reset\none\n", "--json");

    assertThat(outcome.json().get("answers")).hasSize(1);
    assertThat(outcome.err()).contains("128", "/reset");
  }

  @Test
  void without_json_only_answers_are_on_standard_output() {
    Cli.Outcome outcome = run("one\n/stats\n").succeeds();

    assertThat(outcome.err()).contains("generated: 4 tokens");
    assertThat(outcome.out()).doesNotContain(">", "tokens");
  }

  private JsonNode chat(String input) {
    return run(input, "--json").json();
  }

  private Cli.Outcome run(String input, String... more) {
    String[] arguments = {
      "chat", "--model", folder.toString(), "--max-new-tokens", "4", "--greedy"
    };
    String[] all = Arrays.copyOf(arguments, arguments.length + more.length);
    System.arraycopy(more, 0, all, arguments.length, more.length);
    return Cli.in(temp).stdin(input).run(all);
  }

  private String prompt(JsonNode answer) {
    return Cli.in(temp)
        .stdin(answer.get("prompt_ids").toString())
        .run("tokenize", "--model", folder.toString(), "--decode", "--json")
        .json()
        .get("text")
        .asText();
  }
}
