package dev.winnow.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code eval --suite jsonl}. */
class JsonlCommandTest {
  private static final String FACTS =
      "set amber 48 21 . the the the the the the set cedar 17 90 . the the the the the the";

  @TempDir static Path shared;
  @TempDir Path temp;

  private static Path base;
  private static Path chat;

  @BeforeAll
  static void writeModels() {
    base = TestFolders.withTokenizer(shared.resolve("base"));
    chat = TestFolders.forChat(shared.resolve("chat"));
  }

  @Test
  void the_answer_is_the_one_that_generate_gives() throws IOException {
    Path out = temp.resolve("answers.jsonl");
    String said = generated(base);
    String data = data(line("prompt", "Hi", said, "no"), line("prompt", "Hi", "no"));

    JsonNode json = eval(base, data, "--metric", "exact", "--out", out.toString()).json();

    assertThat(json.get("suite").asText()).isEqualTo("jsonl");
    assertThat(json.get("metric").asText()).isEqualTo("exact");
    assertThat(json.get("score").asDouble()).isEqualTo(0.5);
    assertThat(json.get("n").asInt()).isEqualTo(2);
    // By hand: Wilson's interval of 1 in 2 is 0.5 +- 0.4055.
    assertThat(json.get("ci95").get(0).asDouble()).isBetween(0.0945, 0.0946);
    assertThat(json.get("ci95").get(1).asDouble()).isBetween(0.9054, 0.9055);
    assertThat(json.get("decode_question").asBoolean()).isFalse();
    assertThat(json.get("decoded").asInt()).isZero();
    assertThat(json.get("chat_template").asBoolean()).isFalse();
    List<JsonNode> lines = new ArrayList<>();
    for (String line : Files.readAllLines(out)) {
      lines.add(new ObjectMapper().readTree(line));
    }
    assertThat(lines).extracting(l -> l.get("id").asText()).containsExactly("1", "2");
    assertThat(lines).extracting(l -> l.get("answer").asText()).containsExactly(said, said);
    assertThat(lines).extracting(l -> l.get("score").asDouble()).containsExactly(1.0, 0.0);
  }

  @Test
  void the_chat_format_is_used_unless_raw() {
    String messaged = data(line("prompt", "Hi", generated(chat)));

    assertThat(generated(chat)).isNotEqualTo(generated(chat, "--raw"));
    assertThat(score(eval(chat, messaged, "--metric", "exact"))).isEqualTo(1);
    assertThat(score(eval(chat, messaged, "--metric", "exact", "--raw"))).isZero();
    String raw = data(line("prompt", "Hi", generated(chat, "--raw")));
    assertThat(score(eval(chat, raw, "--metric", "exact", "--raw"))).isEqualTo(1);
  }

  @Test
  void the_answer_to_a_question_fed_token_by_token_is_the_same_in_the_chat_format() {
    Path config =
        TestFolders.file(
            temp.resolve("wide.yaml"),
            """
            metadata: {version: 1, name: wide, description: As wide as the context.}
            techniques: [{technique: test_window, token_budget: 128}]
            """);
    String said = generated(chat, "--prompt", "Tea\n\nHot?");
    String data = data("{\"context\": \"Tea\", \"question\": \"Hot?\", " + answers(said) + "}");

    JsonNode json = eval(chat, data, "--metric", "exact", "--config", config.toString()).json();

    assertThat(json.get("score").asDouble()).isEqualTo(1);
    assertThat(json.get("decoded").asInt()).isEqualTo(1);
    assertThat(json.get("chat_template").asBoolean()).isTrue();
  }

  @Test
  void with_techniques_questions_about_a_context_are_decoded() {
    Path config =
        TestFolders.file(
            temp.resolve("narrow.yaml"),
            """
            metadata: {version: 1, name: narrow, description: Generated tokens see few others.}
            techniques: [{technique: test_window, token_budget: 4}]
            """);
    String divided =
        "{\"context\": \"%s\", \"question\": \"? amber\", \"answers\": [\"48\"]}".formatted(FACTS);
    String whole = line("prompt", FACTS + " ? amber", "48");
    String narrow = config.toString();

    // What the window hides is the fact; a prompt is attended to densely.
    assertThat(score(recall(data(divided)))).isEqualTo(1);
    assertThat(score(recall(data(whole), "--config", narrow))).isEqualTo(1);
    JsonNode decoded = recall(data(divided), "--config", narrow).json();
    assertThat(decoded.get("score").asDouble()).isZero();
    assertThat(decoded.get("decode_question").asBoolean()).isTrue();
  }

  @Test
  void without_json_one_line_says_it() {
    String data = data(line("prompt", "Hi", "x"));
    Cli.Outcome outcome =
        Cli.in(temp)
            .run(
                "eval",
                "--suite",
                "jsonl",
                "--model",
                base.toString(),
                "--data",
                data,
                "--metric",
                "edit_similarity",
                "--max-new-tokens",
                "3");

    assertThat(outcome.succeeds().out()).startsWith("edit_similarity ").contains("n 1");
  }

  @Test
  void a_bad_line_is_named_before_anything_is_loaded() {
    String data = data(line("prompt", "Hi", "x"), "{\"prompt\": \"a\", \"answers\": []}");

    eval(Path.of("/no/such/model"), data, "--metric", "f1")
        .isWrongUsage("--data", "questions.jsonl, line 2: answers", "at least one text");
  }

  @Test
  void a_question_that_does_not_fit_fails_and_leaves_the_output_alone() throws IOException {
    Path out = TestFolders.file(temp.resolve("answers.jsonl"), "earlier");
    String data = data(line("prompt", "Hi", "x"), line("prompt", "x".repeat(130), "x"));

    eval(base, data, "--metric", "f1", "--out", out.toString())
        .fails("line 2", "130 tokens", "context of 128");
    assertThat(out).hasContent("earlier");
  }

  @Test
  void options_are_checked() throws IOException {
    String data = data(line("prompt", "Hi", "x"));
    eval(base, data).isWrongUsage("--metric");
    run("--model", base.toString(), "--metric", "f1").isWrongUsage("--data");
    eval(base, data, "--metric", "bleu").isWrongUsage("--metric", "contains_all", "bleu");
    eval(base, data, "--metric", "f1", "--max-new-tokens", "0")
        .isWrongUsage("--max-new-tokens", ">= 1");
    eval(base, data, "--metric", "f1", "--tokens", "9").isWrongUsage("--tokens");
    eval(base, data, "--metric", "f1", "--n", "9").isWrongUsage("--n");
    eval(base, data, "--metric", "f1", "--out", data).isWrongUsage("--out", "overwrite");
    eval(base, data, "--metric", "f1", "--out", temp.toString()).isWrongUsage("--out", "folder");
    eval(base, data, "--metric", "f1", "--out", temp.resolve("no/such").toString())
        .isWrongUsage("--out", "no folder");
    eval(base, temp.resolve("nothing").toString(), "--metric", "f1").isWrongUsage("--data");
    Path binary = Files.write(temp.resolve("binary"), new byte[] {(byte) 0xff, 0});
    eval(base, binary.toString(), "--metric", "f1").isWrongUsage("UTF-8");
  }

  @Test
  void a_model_without_tokenizer_fails() {
    Path golden = TestFolders.golden("llama-gqa", temp);

    eval(golden, data(line("prompt", "Hi", "x")), "--metric", "f1").fails("no tokenizer");
  }

  private static double score(Cli.Outcome outcome) {
    return outcome.json().get("score").asDouble();
  }

  private String generated(Path model, String... more) {
    List<String> all = new ArrayList<>(List.of("generate", "--model", model.toString()));
    all.addAll(List.of("--kv", "f32", "--max-new-tokens", "6", "--greedy", "--json"));
    all.addAll(List.of(more));
    if (!all.contains("--prompt")) {
      all.addAll(List.of("--prompt", "Hi"));
    }
    String text = Cli.in(temp).run(all.toArray(String[]::new)).json().get("text").asText();
    assertThat(text).isNotBlank();
    return text;
  }

  private Cli.Outcome eval(Path model, String data, String... more) {
    List<String> all = new ArrayList<>(List.of("--model", model.toString(), "--data", data));
    if (!List.of(more).contains("--max-new-tokens")) {
      all.addAll(List.of("--max-new-tokens", "6"));
    }
    all.addAll(List.of(more));
    return run(all.toArray(String[]::new));
  }

  private Cli.Outcome recall(String data, String... more) {
    List<String> all =
        new ArrayList<>(List.of("--model", "reference:recall", "--data", data, "--metric"));
    all.addAll(List.of("exact", "--max-new-tokens", "1", "--threads", "1"));
    all.addAll(List.of(more));
    return run(all.toArray(String[]::new));
  }

  private Cli.Outcome run(String... more) {
    List<String> all = new ArrayList<>(List.of("eval", "--suite", "jsonl", "--kv", "f32"));
    all.addAll(List.of(more));
    all.add("--json");
    return Cli.in(temp).run(all.toArray(String[]::new));
  }

  private String data(String... lines) {
    String content = String.join("\n", lines) + "\n";
    return TestFolders.file(temp.resolve("questions.jsonl"), content).toString();
  }

  private static String line(String key, String text, String... answers) {
    return "{\"%s\": \"%s\", %s}".formatted(key, text, answers(answers));
  }

  private static String answers(String... answers) {
    return "\"answers\": " + new ObjectMapper().valueToTree(answers);
  }
}
