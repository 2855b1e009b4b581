package dev.winnow.app;

import static org.assertj.core.api.Assertions.assertThat;

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
import org.junit.jupiter.params.provider.ValueSource;

class BadInputTest {
  @TempDir static Path shared;
  @TempDir Path temp;

  private static Path golden;
  private static Path base;

  @BeforeAll
  static void writeModels() {
    golden = TestFolders.golden("llama-gqa", shared);
    base = TestFolders.withTokenizer(shared.resolve("base"));
  }

  @ParameterizedTest
  @CsvSource({
    "--weights, q9, 'f32, f16, int8'",
    "--kv, int4, 'f32, f16, bf16'",
    "--device, tpu, 'auto, cpu, cuda'",
    "--max-new-tokens, -1, '>= 1'",
    "--max-new-tokens, 0, '>= 1'",
    "--max-new-tokens, many, not an int",
    "--temperature, -1, '> 0'",
    "--temperature, NaN, '> 0'",
    "--top-k, -3, '>= 0'",
    "--top-p, 1.5, '[0, 1]'",
    "--min-p, -0.1, '[0, 1]'",
    "--repetition-penalty, 0, '> 0'",
    "--seed, x, not a long",
    "--threads, 0, '[1, 1024]'",
    "--threads, 99999999, '[1, 1024]'",
    "--prefill-chunk, 0, '[1, 65536]'",
    "--max-context, -5, '>= 0'",
    "--logprobs, 101, '[0, 100]'",
    "--stop, '', empty"
  })
  void a_value_out_of_range_names_the_option_and_what_is_allowed(
      String option, String value, String allowed) {
    generate("--prompt-ids", ids("[1]"), "--json", option, value).isWrongUsage(option, allowed);
  }

  @Test
  void an_unknown_option_or_command_suggests_what_was_meant() {
    generate("--prompt-ids", ids("[1]"), "--max-new-token", "3")
        .isWrongUsage("--max-new-token", "--max-new-tokens");
    run("genrate").isWrongUsage("genrate", "winnow generate");
  }

  @Test
  void a_command_is_required() {
    run().isWrongUsage("COMMAND");
  }

  @Test
  void one_prompt_is_required_and_not_two() {
    generate().isWrongUsage("--prompt");
    generate("--prompt", "a", "--prompt-ids", ids("[1]")).isWrongUsage("mutually exclusive");
  }

  @Test
  void options_that_contradict_each_other_are_refused() {
    generate("--prompt-ids", ids("[1]"), "--greedy", "--do-sample").isWrongUsage("--greedy");
    generate("--prompt", "a", "--raw", "--system", "b").isWrongUsage("--system");
    generate("--prompt-ids", ids("[1]"), "--logprobs", "1").isWrongUsage("--json");
  }

  @Test
  void an_empty_prompt_is_refused() {
    generate("--prompt", "").isWrongUsage("--prompt", "empty");
    generate("--prompt-file", TestFolders.file(temp.resolve("empty.txt"), "").toString())
        .isWrongUsage("empty.txt", "empty");
    generate("--prompt-ids", ids("[]")).isWrongUsage("empty");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "[1, 2",
        "[1] [2]",
        "{\"ids\": [1]}",
        "3",
        "[1.5]",
        "[-1]",
        "[\"a\"]",
        "[null]",
        "[99999999999]",
        "[[1]]",
        "not json"
      })
  void ids_that_are_no_json_list_of_ids_are_refused(String content) {
    generate("--prompt-ids", ids(content)).isWrongUsage("--prompt-ids", "ids.json");
  }

  @Test
  void a_file_that_is_not_there_or_not_text_is_refused() throws IOException {
    Path binary = Files.write(temp.resolve("binary"), new byte[] {(byte) 0xff, 0, 1});

    generate("--prompt-file", temp.resolve("nowhere").toString()).isWrongUsage("nowhere");
    generate("--prompt-file", binary.toString()).isWrongUsage("UTF-8");
    generate("--prompt-file", temp.toString()).isWrongUsage("cannot be read");
  }

  @Test
  void a_model_that_is_not_there_fails_and_lists_what_a_model_can_be() {
    run("generate", "--model", "/no/such/folder", "--prompt", "x")
        .fails("/no/such/folder", "ORG/NAME", "pypi:");
    run("info", "--model", "/no/such/folder").fails("/no/such/folder");
    run("tokenize", "--model", "/no/such/folder", "--text", "x").fails("/no/such/folder");
  }

  @Test
  void a_repository_that_is_not_cached_fails_offline() {
    run("generate", "--model", "some/model", "--prompt", "x").fails("some/model");
    run("generate", "--offline", "--model", "some/model", "--prompt", "x").fails("some/model");
  }

  @Test
  void ids_outside_the_vocabulary_fail() {
    generate("--prompt-ids", ids("[1, 320]")).fails("[0, 320)", "320");
    generate("--prompt-ids", ids("[2147483647]")).fails("[0, 320)");
  }

  @Test
  void a_prompt_longer_than_the_context_fails_and_says_what_fits() {
    List<Integer> ids = new ArrayList<>();
    for (int i = 0; i < 513; i++) {
      ids.add(i % 300);
    }
    generate("--prompt-ids", ids(ids.toString())).fails("513", "512");
    generate("--prompt-ids", ids("[1, 2, 3, 4, 5]"), "--max-context", "4").fails("5", "4");
    generate("--prompt-ids", ids("[1]"), "--max-context", "513").fails("max_context", "512");
  }

  @Test
  void cuda_is_not_silently_replaced() {
    generate("--prompt-ids", ids("[1]"), "--device", "cuda").fails("cuda", "cpu");
  }

  @Test
  void text_for_a_model_without_tokenizer_fails() {
    generate("--prompt", "hi").fails("no tokenizer", "--prompt-ids");
    generate("--prompt-ids", ids("[1]"), "--stop", "x").fails("--stop");
    run("tokenize", "--model", golden.toString(), "--text", "hi").fails("no tokenizer");
    run("chat", "--model", golden.toString()).fails("no tokenizer", "generate");
  }

  @Test
  void instructions_for_a_model_without_chat_template_fail() {
    run("generate", "--model", base.toString(), "--prompt", "a", "--system", "b")
        .fails("--system", "chat template");
    run("chat", "--model", base.toString()).fails("chat template");
  }

  @Test
  void a_damaged_checkpoint_fails_and_names_the_file() throws IOException {
    Path broken = TestFolders.golden("llama-gqa", temp);
    Path weights = broken.resolve("model.safetensors");
    Files.write(weights, Arrays.copyOf(Files.readAllBytes(weights), 100));

    run("generate", "--model", broken.toString(), "--prompt-ids", ids("[1]"))
        .fails("model.safetensors");
    run("info", "--model", broken.toString()).fails("model.safetensors");
  }

  @Test
  void verbose_shows_where_it_failed() {
    Cli.Outcome outcome = generate("--prompt-ids", ids("[320]"), "--verbose");

    assertThat(outcome.code()).isEqualTo(1);
    assertThat(outcome.out()).isEmpty();
    assertThat(outcome.err()).contains("\tat dev.winnow");
  }

  private Cli.Outcome generate(String... options) {
    List<String> all = new ArrayList<>(List.of("generate", "--model", golden.toString()));
    all.addAll(List.of(options));
    return run(all.toArray(String[]::new));
  }

  private Cli.Outcome run(String... arguments) {
    return Cli.in(temp).run(arguments);
  }

  private String ids(String content) {
    return TestFolders.file(temp.resolve("ids.json"), content).toString();
  }
}
