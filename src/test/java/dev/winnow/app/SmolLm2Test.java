package dev.winnow.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.winnow.models.testing.NeedsShared;
import dev.winnow.models.testing.SharedFolder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A real chat model on the command line against what Hugging Face transformers computed for it in
 * float32; skipped where the folder of large fixtures is absent. Two prompts whose every step is
 * decided by more than rounding stand for those that the engine's tests go through.
 */
@NeedsShared({"models/SmolLM2-135M-Instruct.Q4_1.gguf", "models/smollm2-135m.expected.json"})
class SmolLm2Test {
  @TempDir Path temp;
  private static String model;
  private static JsonNode expected;

  @BeforeAll
  static void find() throws IOException {
    model = SharedFolder.require("models/SmolLM2-135M-Instruct.Q4_1.gguf").toString();
    expected =
        new ObjectMapper()
            .readTree(SharedFolder.require("models/smollm2-135m.expected.json").toFile());
  }

  @Test
  void a_question_is_answered_as_hugging_face_answers_it() {
    JsonNode chat = expected.get("cases").get(0);

    JsonNode json = generate(chat).json();

    assertThat(json.get("prompt_ids")).isEqualTo(chat.get("prompt_ids"));
    assertThat(json.get("generated_ids")).isEqualTo(chat.get("greedy_ids"));
    assertThat(json.get("text").asText()).isEqualTo("The capital of France is Paris.");
    assertThat(json.get("finish_reason").asText()).isEqualTo("stop");
  }

  @Test
  void a_raw_prompt_is_continued_as_hugging_face_continues_it() {
    JsonNode raw = expected.get("cases").get(10);

    JsonNode json = generate(raw).json();

    assertThat(json.get("prompt_ids")).isEqualTo(raw.get("prompt_ids"));
    assertThat(json.get("generated_ids")).isEqualTo(raw.get("greedy_ids"));
    assertThat(json.get("finish_reason").asText()).isEqualTo("length");
  }

  @Test
  void texts_have_the_ids_of_hugging_face() {
    // Those that a file could spoil: white space, an emoji of several code points, CR LF.
    for (int index : new int[] {1, 5, 13}) {
      JsonNode test = expected.get("tokenization").get(index);
      Path file = TestFolders.file(temp.resolve("text.txt"), test.get("text").asText());

      JsonNode json =
          Cli.in(temp)
              .run("tokenize", "--model", model, "--file", file.toString(), "--json")
              .json();

      assertThat(json.get("ids")).as(test.get("text").asText()).isEqualTo(test.get("ids"));
    }
  }

  @Test
  void a_conversation_remembers_and_reuses_what_was_computed() {
    JsonNode answers =
        Cli.in(temp)
            .stdin("My name is Ann. Say hello.\nWhat is my name?\n")
            .run("chat", "--model", model, "--max-new-tokens", "8", "--greedy", "--json")
            .json()
            .get("answers");

    assertThat(answers).hasSize(2);
    assertThat(answers.get(1).get("usage").get("prompt_tokens").asInt())
        .isGreaterThan(answers.get(0).get("usage").get("prompt_tokens").asInt());
  }

  private Cli.Outcome generate(JsonNode test) {
    List<String> arguments = new ArrayList<>(List.of("generate", "--model", model, "--json"));
    arguments.addAll(List.of("--greedy", "--kv", "f32", "--prompt", test.get("prompt").asText()));
    arguments.addAll(List.of("--max-new-tokens", "" + test.get("greedy_ids").size()));
    if (!test.get("kind").asText().equals("chat")) {
      arguments.add("--raw");
    }
    return Cli.in(temp).run(arguments.toArray(String[]::new));
  }
}
