package dev.winnow.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code eval --suite passkey|needle|threads|ruler}, for models of one token per letter. */
class SeededCommandsTest {
  @TempDir static Path shared;
  @TempDir Path temp;

  private static Path base;
  private static Path chat;

  @BeforeAll
  static void writeModels() {
    base = TestFolders.withTokenizer(shared.resolve("base"), 2048);
    chat = TestFolders.forChat(shared.resolve("chat"), 2048);
  }

  @Test
  void every_length_and_depth_has_a_score_with_an_interval() throws IOException {
    Path out = temp.resolve("answers.jsonl");
    Cli.Outcome outcome =
        eval(base, "passkey", "--tokens 500,600 --depths 0,0.5 --n 2 --json --out " + out);

    JsonNode json = outcome.json();
    assertThat(json.get("suite").asText()).isEqualTo("passkey");
    assertThat(json.get("n").asInt()).isEqualTo(8);
    assertThat(json.get("seed").asInt()).isEqualTo(1);
    assertThat(json.get("decode_question").asBoolean()).isFalse();
    assertThat(json.get("chat_template").asBoolean()).isFalse();
    assertThat(json.get("results")).hasSize(2);
    JsonNode row = json.get("results").get(1);
    assertThat(row.get("task").asText()).isEqualTo("passkey");
    assertThat(row.get("tokens").asInt()).isEqualTo(600);
    assertThat(row.get("metric").asText()).isEqualTo("first_integer");
    assertThat(row.get("score").asDouble()).isZero();
    // By hand: Wilson's interval of 0 in 4 ends at z^2 / (4 + z^2).
    assertThat(row.get("ci95").get(1).asDouble()).isBetween(0.4898, 0.4900);
    assertThat(row.get("n").asInt()).isEqualTo(4);
    assertThat(row.get("max_new_tokens").asInt()).isEqualTo(10);
    assertThat(row.get("depths")).hasSize(2);
    assertThat(row.get("depths").get(1).get("depth").asDouble()).isEqualTo(0.5);
    assertThat(row.get("depths").get(1).get("n").asInt()).isEqualTo(2);
    assertThat(outcome.err()).contains("passkey, 600 tokens: question 5 of 8");

    List<JsonNode> lines = new ArrayList<>();
    for (String line : Files.readAllLines(out)) {
      lines.add(new ObjectMapper().readTree(line));
    }
    assertThat(lines)
        .extracting(line -> line.get("id").asText())
        .hasSize(8)
        .startsWith("passkey/500/0/0", "passkey/500/0.5/0", "passkey/500/0/1");
    assertThat(lines)
        .allSatisfy(line -> assertThat(line.get("references").get(0).asText()).matches("\\d{5}"))
        .allSatisfy(line -> assertThat(line.get("answer").asText()).isNotEmpty());
  }

  @Test
  void plain_output_has_a_line_for_each_task_and_one_for_all() {
    String out =
        eval(base, "threads", "--tokens 1200 --task forward,multi --n 1 --thread-length 2")
            .succeeds()
            .out();

    assertThat(out.lines().toList())
        .hasSize(3)
        .satisfiesExactly(
            line -> assertThat(line).matches("forward +1,200 tokens: prefix 0\\.000, 95 %.*n 1"),
            line -> assertThat(line).matches("multi +1,200 tokens: contains_all 0\\.000.*n 1"),
            line -> assertThat(line).matches("all +score 0\\.000, 95 % interval.*n 2"));
  }

  @Test
  void prompts_are_messages_unless_raw() {
    String options = "--tokens 1000 --task niah_single_1,fwe --n 1 --json";

    assertThat(eval(chat, "ruler", options).json().get("chat_template").asBoolean()).isTrue();
    assertThat(eval(chat, "ruler", options + " --raw").json().get("chat_template").asBoolean())
        .isFalse();
  }

  @Test
  void with_techniques_questions_are_decoded_unless_told_otherwise() {
    Path config =
        TestFolders.file(
            temp.resolve("wide.yaml"),
            """
            metadata: {version: 1, name: wide, description: As wide as the context.}
            techniques: [{technique: test_window, token_budget: 2048}]
            """);
    String options = "--tokens 500 --depths 0.5 --n 1 --json";
    String configured = options + " --config " + config;

    JsonNode decoded = eval(base, "passkey", configured).json();
    JsonNode prefilled = eval(base, "passkey", configured + " --no-decode-question").json();
    JsonNode dense = eval(base, "passkey", options).json();
    assertThat(decoded.get("decode_question").asBoolean()).isTrue();
    assertThat(prefilled.get("decode_question").asBoolean()).isFalse();
    assertThat(decoded.get("results")).isEqualTo(dense.get("results"));
  }

  @Test
  void a_text_is_the_haystack_of_prose() {
    Path text = TestFolders.file(temp.resolve("book.txt"), "It rained. The fox slept. So did I.");
    JsonNode json =
        eval(base, "needle", "--tokens 600 --task sentence --n 1 --json --text " + text).json();

    assertThat(json.get("prose").asText()).isEqualTo("text");
    assertThat(json.get("results").get(0).get("n").asInt()).isEqualTo(5);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "passkey | --n 1                             | this suite needs --tokens",
        "passkey | --tokens 600 --n 0                | --n must be in [1, 10000], got 0",
        "passkey | --tokens 0                        | --tokens must be >= 1, got 0",
        "passkey | --tokens 600,600                  | --tokens must not hold a value twice",
        "passkey | --tokens 600 --depths 0.5,2       | --depths must be in [0, 1], got 2.0",
        "passkey | --tokens 600 --task passkey       | --tasks is an option of suites that have",
        "passkey | --tokens 600 --text book.txt      | --text is an option of suites that feed",
        "passkey | --tokens 600 --keys 3             | --keys is an option of suite needle",
        "threads | --tokens 600 --depths 0.5         | --depths is an option of suites that hide",
        "threads | --tokens 600 --thread-length 1    | --thread-length must be in [2, 64], got 1",
        "threads | --tokens 600 --task up            | forward, backward, random, multi, branched",
        "threads | --tokens 600 --task random --thread-count 3 | --thread-count has no effect",
        "needle  | --tokens 600 --task multi --depths 0.5 | --depths has no effect on multi",
        "needle  | --tokens 600 --keys 65            | --keys must be in [2, 64], got 65",
        "needle  | --tokens 600 --text /no/such      | there is no file /no/such",
        "ruler   | --tokens 600 --task qa_1          | --task qa_1 asks about SQuAD",
        "ruler   | --tokens 600 --chunk 3            | --chunk is an option of suites that feed",
        "recall  | --tokens 600 --raw                | --raw is an option of suites that ask in"
      })
  void wrong_usage_is_named_before_anything_is_loaded(String suite, String options, String words) {
    eval(Path.of("/no/such/model"), suite, options).isWrongUsage(words);
  }

  @Test
  void the_file_for_answers_must_be_another_one_and_is_checked_first() {
    Path text = TestFolders.file(temp.resolve("book.txt"), "It rained.");
    String options = "--tokens 600 --task sentence --text " + text + " --out ";

    eval(base, "needle", options + text).isWrongUsage("--out would overwrite --text");
    eval(base, "needle", options + temp).isWrongUsage("--out must be a file");
    eval(base, "needle", options + temp.resolve("no/file")).isWrongUsage("there is no folder");
    assertThat(text).hasContent("It rained.");
  }

  @Test
  void what_does_not_fit_fails_and_leaves_the_output_alone() {
    Path out = TestFolders.file(temp.resolve("answers.jsonl"), "earlier");

    eval(base, "passkey", "--tokens 200 --out " + out)
        .fails("passkey needs at least", "got tokens 200");
    eval(base, "passkey", "--tokens 2049 --out " + out).fails("2049", "context of 2048");
    assertThat(out).hasContent("earlier");
  }

  @Test
  void a_model_of_other_words_fails() {
    Cli.in(temp)
        .run("eval", "--suite", "ruler", "--model", "reference:recall", "--tokens", "900")
        .fails("cannot spell");
    eval(TestFolders.golden("llama-gqa", temp), "passkey", "--tokens 64").fails("no tokenizer");
  }

  private Cli.Outcome eval(Path model, String suite, String options) {
    List<String> all = new ArrayList<>(List.of("eval", "--suite", suite));
    all.addAll(List.of("--model", model.toString(), "--threads", "1", "--kv", "f32"));
    all.addAll(Arrays.asList(options.strip().split(" +")));
    return Cli.in(temp).run(all.toArray(String[]::new));
  }
}
