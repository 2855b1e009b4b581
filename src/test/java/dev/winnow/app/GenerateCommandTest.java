package dev.winnow.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.winnow.models.testing.ExpectedOutputs;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GenerateCommandTest {
  @TempDir Path temp;

  @ParameterizedTest
  @ValueSource(strings = {"llama-gqa", "mistral-window", "gemma3"})
  void ids_alone_give_the_ids_that_hugging_face_computed(String name) {
    Path folder = TestFolders.golden(name, temp);
    ExpectedOutputs expected = ExpectedOutputs.read(folder);
    Path ids = TestFolders.ids(temp, expected.promptIds());

    JsonNode json =
        run(folder, "--prompt-ids", ids.toString(), "--max-new-tokens", "24", "--greedy").json();

    assertThat(ints(json.get("prompt_ids"))).isEqualTo(expected.promptIds());
    assertThat(ints(json.get("generated_ids"))).isEqualTo(expected.generatedIds());
    assertThat(json.get("text").asText()).isEmpty();
  }

  @Test
  void json_has_exactly_the_documented_keys() {
    Path folder = TestFolders.golden("llama-gqa", temp);

    JsonNode json = run(folder, "--prompt-ids", ids(1, 2, 3), "--max-new-tokens", "2").json();

    assertThat(json.fieldNames())
        .toIterable()
        .containsExactly(
            "model",
            "prompt_ids",
            "generated_ids",
            "text",
            "finish_reason",
            "usage",
            "timings",
            "ledger",
            "techniques");
    assertThat(json.get("model").asText()).isEqualTo(folder.toString());
    assertThat(json.get("finish_reason").asText()).isEqualTo("length");
    assertThat(json.get("usage").toString())
        .isEqualTo("{\"prompt_tokens\":3,\"completion_tokens\":2}");
    assertThat(json.get("timings").fieldNames())
        .toIterable()
        .containsExactly("load_ms", "ttft_ms", "tpot_ms");
    JsonNode ledger = json.get("ledger");
    assertThat(ledger.fieldNames())
        .toIterable()
        .containsExactly(
            "flops",
            "dense_flops",
            "kv_bytes_read",
            "dense_kv_bytes_read",
            "selection_bytes",
            "layers");
    assertThat(ledger.get("flops").asLong()).isPositive();
    assertThat(ledger.get("dense_flops")).isEqualTo(ledger.get("flops"));
  }

  @Test
  void without_json_ids_are_printed_with_spaces_between() {
    Path folder = TestFolders.golden("llama-gqa", temp);
    String[] options = {"--prompt-ids", ids(1, 2, 3), "--max-new-tokens", "3"};
    int[] expected = ints(run(folder, options).json().get("generated_ids"));

    Cli.Outcome outcome = plain(folder, options).succeeds();

    assertThat(outcome.out())
        .isEqualTo(
            Arrays.stream(expected).mapToObj(String::valueOf).collect(Collectors.joining(" "))
                + System.lineSeparator());
    assertThat(outcome.err()).contains("device: cpu");
  }

  @Test
  void a_message_goes_through_the_chat_template() {
    Path folder = TestFolders.forChat(temp.resolve("chat"));

    JsonNode json =
        run(folder, "--prompt", "Hi", "--system", "Be kind.", "--max-new-tokens", "1").json();

    String rendered =
        "<|im_start|>system\nBe kind.<|im_end|>\n<|im_start|>user\nHi<|im_end|>\n"
            + "<|im_start|>assistant\n";
    int[] ids = ints(json.get("prompt_ids"));
    assertThat(decode(folder, ids)).isEqualTo(rendered);
    assertThat(ids[0]).as("one token").isEqualTo(1);
  }

  @Test
  void a_raw_prompt_is_continued_as_it_is() {
    Path folder = TestFolders.forChat(temp.resolve("chat"));

    JsonNode json = run(folder, "--prompt", "Hi", "--raw", "--max-new-tokens", "1").json();

    assertThat(ints(json.get("prompt_ids")))
        .containsExactly(Tokenizers.id('H'), Tokenizers.id('i'));
  }

  @Test
  void a_model_without_chat_template_continues_the_prompt_and_says_so() {
    Path folder = TestFolders.withTokenizer(temp.resolve("base"));

    Cli.Outcome outcome = run(folder, "--prompt", "Hi", "--max-new-tokens", "1");

    assertThat(ints(outcome.json().get("prompt_ids")))
        .containsExactly(Tokenizers.id('H'), Tokenizers.id('i'));
    assertThat(outcome.err()).contains("no chat template");
  }

  @Test
  void streamed_text_is_the_text_of_the_json() {
    Path folder = TestFolders.withTokenizer(temp.resolve("base"));
    String[] options = {"--prompt", "Hi", "--seed", "3", "--do-sample", "--max-new-tokens", "30"};

    String text = run(folder, options).json().get("text").asText();

    assertThat(text).isNotEmpty();
    assertThat(plain(folder, options).succeeds().out().stripTrailing())
        .isEqualTo(text.stripTrailing());
  }

  @Test
  void the_same_seed_gives_the_same_tokens_and_another_one_others() {
    Path folder = TestFolders.golden("llama-gqa", temp);
    String ids = ids(5, 6, 7);

    JsonNode first = sample(folder, ids, "11");

    assertThat(sample(folder, ids, "11").get("generated_ids"))
        .isEqualTo(first.get("generated_ids"));
    assertThat(sample(folder, ids, "12").get("generated_ids"))
        .isNotEqualTo(first.get("generated_ids"));
    assertThat(first.get("seed").asLong()).isEqualTo(11);
  }

  private JsonNode sample(Path folder, String ids, String seed) {
    return run(folder, "--prompt-ids", ids, "--temperature", "1.5", "--seed", seed).json();
  }

  @Test
  void a_seed_that_was_chosen_can_be_used_again() {
    Path folder = TestFolders.golden("llama-gqa", temp);
    JsonNode first = run(folder, "--prompt-ids", ids(5, 6), "--top-k", "40").json();

    JsonNode again =
        run(
                folder,
                "--prompt-ids",
                ids(5, 6),
                "--top-k",
                "40",
                "--seed",
                first.get("seed").asText())
            .json();

    assertThat(again.get("generated_ids")).isEqualTo(first.get("generated_ids"));
  }

  @Test
  void temperature_zero_is_greedy() {
    Path folder = TestFolders.golden("llama-gqa", temp);

    assertThat(
            run(folder, "--prompt-ids", ids(5), "--temperature", "0").json().get("generated_ids"))
        .isEqualTo(run(folder, "--prompt-ids", ids(5), "--greedy").json().get("generated_ids"));
  }

  @Test
  void text_ends_before_a_stop_string() {
    Path folder = TestFolders.withTokenizer(temp.resolve("base"));
    String[] options = {"--prompt", "Hi", "--seed", "3", "--do-sample", "--max-new-tokens", "30"};
    String whole = run(folder, options).json().get("text").asText();
    int middle = whole.codePointAt(whole.length() / 2);
    String stop = Character.toString(middle);

    JsonNode stopped = run(folder, concat(options, "--stop", stop)).json();

    assertThat(stopped.get("text").asText()).isEqualTo(whole.substring(0, whole.indexOf(stop)));
    assertThat(stopped.get("finish_reason").asText()).isEqualTo("stop");
  }

  @Test
  void log_probabilities_are_reported_on_request() {
    Path folder = TestFolders.golden("llama-gqa", temp);

    JsonNode json =
        run(
                folder,
                "--prompt-ids",
                ids(1, 2),
                "--max-new-tokens",
                "3",
                "--greedy",
                "--logprobs",
                "2")
            .json();

    assertThat(json.get("logprobs")).hasSize(3);
    JsonNode first = json.get("logprobs").get(0);
    assertThat(first.get("id")).isEqualTo(json.get("generated_ids").get(0));
    assertThat(first.get("logprob").asDouble()).isNegative();
    assertThat(first.get("top")).hasSize(2);
    assertThat(first.get("top").get(0).get("id")).isEqualTo(first.get("id"));
  }

  @Test
  void a_prompt_file_is_taken_whole_and_in_utf8() {
    Path folder = TestFolders.withTokenizer(temp.resolve("base"));
    Path file = TestFolders.file(temp.resolve("prompt.txt"), "é\n");

    JsonNode json =
        run(folder, "--prompt-file", file.toString(), "--raw", "--max-new-tokens", "1").json();

    assertThat(decode(folder, ints(json.get("prompt_ids")))).isEqualTo("é\n");
  }

  @Test
  void a_prompt_file_can_be_standard_input() {
    Path folder = TestFolders.withTokenizer(temp.resolve("base"));

    JsonNode json =
        Cli.in(temp)
            .stdin("ab")
            .run(args(folder, "--prompt-file", "-", "--raw", "--max-new-tokens", "1", "--json"))
            .json();

    assertThat(ints(json.get("prompt_ids")))
        .containsExactly(Tokenizers.id('a'), Tokenizers.id('b'));
  }

  @ParameterizedTest
  @ValueSource(strings = {"f32", "f16", "int8"})
  void every_weight_format_generates(String weights) {
    Path folder = TestFolders.golden("llama-gqa", temp);

    JsonNode json =
        run(
                folder,
                "--prompt-ids",
                ids(1, 2),
                "--max-new-tokens",
                "2",
                "--weights",
                weights,
                "--kv",
                "bf16",
                "--threads",
                "1",
                "--prefill-chunk",
                "1",
                "--device",
                "cpu")
            .json();

    assertThat(json.get("generated_ids")).hasSize(2);
  }

  @Test
  void statistics_go_to_standard_error() {
    Path folder = TestFolders.golden("llama-gqa", temp);

    Cli.Outcome outcome =
        plain(folder, "--prompt-ids", ids(1, 2), "--max-new-tokens", "2", "--stats").succeeds();

    assertThat(outcome.err()).contains("prompt:    2 tokens", "generated: 2 tokens");
    assertThat(outcome.out()).doesNotContain("tokens");
  }

  private Cli.Outcome run(Path folder, String... options) {
    return plain(folder, concat(options, "--json"));
  }

  private Cli.Outcome plain(Path folder, String... options) {
    return Cli.in(temp).run(args(folder, options));
  }

  private static String[] args(Path folder, String... options) {
    return concat(new String[] {"generate", "--model", folder.toString()}, options);
  }

  private String ids(int... ids) {
    return TestFolders.ids(temp, ids).toString();
  }

  private String decode(Path folder, int... ids) {
    return Cli.in(temp)
        .run("tokenize", "--model", folder.toString(), "--decode", "--file", ids(ids), "--json")
        .json()
        .get("text")
        .asText();
  }

  private static int[] ints(JsonNode list) {
    return StreamSupport.stream(list.spliterator(), false).mapToInt(JsonNode::intValue).toArray();
  }

  private static String[] concat(String[] first, String... second) {
    String[] all = Arrays.copyOf(first, first.length + second.length);
    System.arraycopy(second, 0, all, first.length, second.length);
    return all;
  }
}
