package dev.winnow.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.winnow.models.testing.ExpectedOutputs;
import dev.winnow.models.testing.GgufQuantiser;
import dev.winnow.models.testing.SafetensorsWriter;
import dev.winnow.models.testing.TinyCheckpoint;
import dev.winnow.models.testing.TinyGguf;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Golden folders hold what Hugging Face transformers computed; see {@code golden/ORIGIN.md}. */
class VerifyCommandTest {
  @TempDir static Path shared;
  @TempDir Path temp;

  private static Path golden;
  private static ExpectedOutputs outputs;

  @BeforeAll
  static void copyGolden() {
    golden = TestFolders.golden("llama-gqa", shared);
    outputs = ExpectedOutputs.read(golden);
  }

  @Test
  void a_checkpoint_that_computes_the_same_passes() {
    JsonNode json = verify(golden, "--json").json();

    assertThat(json.get("passed").asBoolean()).isTrue();
    assertThat(json.get("logit_range").asDouble()).isCloseTo(outputs.range(), within(1e-4));
    assertThat(json.get("max_abs_error").asDouble()).isBetween(0.0, 1e-4 * outputs.range());
    assertThat(json.get("greedy_equal").asBoolean()).isTrue();
    assertThat(json.get("greedy_tokens").asInt()).isEqualTo(outputs.generatedIds().length);
    assertThat(json.get("positions").asInt()).isEqualTo(outputs.inputIds().length);
    assertThat(json.get("tolerance").asDouble()).isEqualTo(1e-4);
    assertThat(json.get("weights").asText()).isEqualTo("f32");
    assertThat(json.get("kv").asText()).isEqualTo("f32");
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 7, 16})
  void how_many_tokens_go_through_at_once_makes_no_difference(int chunk) {
    JsonNode json = verify(golden, "--chunk", "" + chunk, "--json").json();

    assertThat(json.get("chunk").asInt()).isEqualTo(chunk);
    assertThat(json.get("greedy_equal").asBoolean()).isTrue();
  }

  @Test
  void plain_output_gives_the_error_and_the_choices() {
    assertThat(verify(golden).succeeds().out())
        .contains("largest error", "of the range", "greedy 24 of 24 the same");
  }

  @ParameterizedTest
  @CsvSource({"f16, f32", "int8, f32", "f32, f16", "f32, bf16"})
  void rounded_weights_or_keys_need_a_tolerance(String weights, String kv) {
    String[] rounded = {"--weights", weights, "--kv", kv, "--json"};

    Cli.Outcome strict = verify(golden, with(rounded, "--tolerance", "1e-6"));
    assertThat(strict.json(1).get("passed").asBoolean()).isFalse();
    assertThat(strict.err()).contains("outputs differ", "allowed 1.0e-06");

    JsonNode lenient = verify(golden, with(rounded, "--tolerance", "0.05")).json();
    assertThat(lenient.get("passed").asBoolean()).isTrue();
    assertThat(lenient.get("relative_error").asDouble()).isBetween(1e-6, 0.05);
    assertThat(lenient.get("weights").asText()).isEqualTo(weights);
    assertThat(lenient.get("kv").asText()).isEqualTo(kv);
  }

  @Test
  void one_logit_that_differs_fails() {
    float[] logits = outputs.logits().clone();
    // In the middle of the range, so that the range stays as it is.
    int middle = 0;
    for (int i = 0; i < logits.length; i++) {
      if (Math.abs(logits[i]) < Math.abs(logits[middle])) {
        middle = i;
      }
    }
    logits[middle] += 0.5f;
    Path expected = write(logits, outputs.generatedIds());

    JsonNode json = verify(golden, "--expected", expected.toString(), "--json").json(1);

    assertThat(json.get("max_abs_error").asDouble()).isCloseTo(0.5, within(1e-2));
    assertThat(json.get("logit_range").asDouble()).isCloseTo(outputs.range(), within(1e-4));
    assertThat(json.get("greedy_equal").asBoolean()).isTrue();
  }

  @Test
  void one_greedy_choice_that_differs_fails_unless_something_was_rounded() {
    int[] ids = outputs.generatedIds().clone();
    ids[5] = (ids[5] + 1) % 320;
    String expected = write(outputs.logits(), ids).toString();

    Cli.Outcome exact = verify(golden, "--expected", expected, "--json");
    assertThat(exact.json(1).get("greedy_equal").asBoolean()).isFalse();
    assertThat(exact.json(1).get("greedy_matched").asInt()).isEqualTo(5);
    assertThat(exact.err()).contains("greedy 5 of 24 the same");

    String[] rounded = {"--weights", "f16", "--tolerance", "0.05", "--json"};
    JsonNode json = verify(golden, with(rounded, "--expected", expected)).json();
    assertThat(json.get("greedy_equal").asBoolean()).isFalse();
  }

  @Test
  void the_outputs_to_compare_with_must_be_there() throws IOException {
    Path bare = TestFolders.golden("llama-gqa", temp);
    Files.delete(bare.resolve("expected.safetensors"));
    verify(bare).fails(bare.resolve("expected.safetensors").toString(), "--expected");

    Path gguf = temp.resolve("tiny.gguf");
    TinyGguf.of(TinyCheckpoint.builder().build(), GgufQuantiser.F32).write(gguf);
    verify(gguf).fails(temp.resolve("expected.safetensors").toString());

    verify(golden, "--expected", "/no/such/file").fails("/no/such/file");
  }

  @Test
  void outputs_of_another_model_are_refused() {
    Path other = TinyCheckpoint.builder().vocabSize(64).write(temp.resolve("tiny"));
    String expected = golden.resolve("expected.safetensors").toString();

    verify(other, "--expected", expected).fails("320 columns", "vocabulary is 64");
  }

  @ParameterizedTest
  @CsvSource({
    "--tolerance, -1, '>= 0'",
    "--tolerance, NaN, '>= 0'",
    "--chunk, 0, '[1, 65536]'",
    "--threads, 0, '[1, 1024]'",
    "--weights, q4, 'f32, f16, int8'",
    "--kv, int8, 'f32, f16, bf16'"
  })
  void a_value_out_of_range_names_the_option_and_what_is_allowed(
      String option, String value, String allowed) {
    verify(golden, option, value).isWrongUsage(option, allowed);
  }

  @Test
  void a_model_is_required() {
    Cli.in(temp).run("verify").isWrongUsage("MODEL");
  }

  private Path write(float[] logits, int[] generatedIds) {
    int tokens = outputs.inputIds().length;
    Path file = golden.resolve("changed.safetensors");
    new SafetensorsWriter()
        .tensor("input_ids", "I32", new long[] {tokens}, floats(outputs.inputIds()))
        .tensor("logits", "F32", new long[] {tokens, logits.length / tokens}, logits)
        .tensor(
            "prompt_ids",
            "I32",
            new long[] {outputs.promptIds().length},
            floats(outputs.promptIds()))
        .tensor("generated_ids", "I32", new long[] {generatedIds.length}, floats(generatedIds))
        .write(file);
    return file;
  }

  private static float[] floats(int[] ids) {
    float[] values = new float[ids.length];
    for (int i = 0; i < ids.length; i++) {
      values[i] = ids[i];
    }
    return values;
  }

  private Cli.Outcome verify(Path model, String... options) {
    List<String> arguments = new ArrayList<>(List.of("verify", model.toString()));
    arguments.addAll(List.of(options));
    return Cli.in(temp).run(arguments.toArray(String[]::new));
  }

  private static String[] with(String[] options, String name, String value) {
    List<String> all = new ArrayList<>(List.of(options));
    all.addAll(List.of(name, value));
    return all.toArray(String[]::new);
  }
}
