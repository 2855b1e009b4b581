package dev.winnow.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.winnow.bench.grid.PeerFactory;
import dev.winnow.engine.LanguageModel;
import dev.winnow.engine.ModelOptions;
import dev.winnow.models.WeightFormat;
import dev.winnow.models.testing.TinyCheckpoint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is counted, not how fast it was. */
class BenchCommandTest {
  @TempDir static Path shared;
  @TempDir Path temp;

  private static Path model;

  @BeforeAll
  static void writeModel() {
    // 2 layers, 2 key-value heads of 8, a context of 256 tokens.
    model = TinyCheckpoint.builder().write(shared.resolve("tiny"));
  }

  @Test
  void json_has_a_row_for_each_test_with_its_samples_and_the_bytes_read() {
    JsonNode json =
        bench(
                "--grid",
                "pp8,tg4,tg2@d16",
                "--repetitions",
                "3",
                "--warm-ups",
                "0",
                "--weights",
                "f16",
                "--json")
            .json();

    assertThat(json.get("repetitions").asInt()).isEqualTo(3);
    assertThat(json.at("/environment/read_bandwidth_bytes_per_s").asDouble()).isPositive();
    assertThat(json.at("/contenders/winnow/weights").asText()).isEqualTo("f16");
    assertThat(json.at("/contenders/winnow/kv").asText()).isEqualTo("f16");
    JsonNode rows = json.get("results");
    assertThat(rows).hasSize(3);
    assertRow(rows.get(0), "pp8", 8, 0);
    assertRow(rows.get(1), "tg4", 4, 0);
    assertRow(rows.get(2), "tg2@d16", 2, 16);

    assertThat(rows.get(0).has("weight_bytes_per_token")).isFalse();
    assertThat(rows.get(2).get("weight_bytes_per_token").asDouble()).isEqualTo(weightBytes());
    // 17 and 18 keys and values of 2 layers with 2 heads of 8 elements of 2 bytes.
    assertThat(rows.get(2).get("kv_bytes_per_token").asDouble())
        .isCloseTo(17.5 * 2 * 2 * 2 * 8 * 2, within(1e-9));
  }

  @Test
  void markdown_goes_to_standard_output_and_to_a_file() throws IOException {
    Path file = temp.resolve("table.md");

    String out =
        bench("--grid", "tg2", "--repetitions", "1", "--warm-ups", "0", "--md", file.toString())
            .succeeds()
            .out();

    assertThat(out).contains("| tg2 ", "| winnow ", "median of 1 runs", model.toString());
    assertThat(Files.readString(file)).isEqualTo(out);
  }

  @ParameterizedTest
  @ValueSource(strings = {"fast", "pp", "tg0", "pp-1", "pp8,,tg4", "tg4@16", "pp8,tg4,pp8", ""})
  void a_test_that_is_none_is_refused_before_anything_is_measured(String grid) {
    assertThat(bench("--grid", grid).isWrongUsage("--grid").err()).doesNotContain("measuring");
  }

  @ParameterizedTest
  @CsvSource({
    "--repetitions, 0, '>= 1'",
    "--warm-ups, -1, '>= 0'",
    "--threads, 0, '[1, 1024]'",
    "--prefill-chunk, 0, '[1, 65536]'",
    "--weights, q4, 'f32, f16, int8'",
    "--kv, int8, 'f32, f16, bf16'"
  })
  void a_value_out_of_range_is_refused_before_anything_is_measured(
      String option, String value, String allowed) {
    assertThat(bench(option, value).isWrongUsage(option, allowed).err())
        .doesNotContain("measuring");
  }

  @ParameterizedTest
  @ValueSource(strings = {"--md", "--csv"})
  void a_table_that_could_not_be_written_is_refused_before_anything_is_measured(String option)
      throws IOException {
    Path earlier = Files.writeString(temp.resolve("earlier"), "kept");
    assertThat(bench(option, temp.toString()).isWrongUsage(option, "folder").err())
        .doesNotContain("measuring");
    assertThat(bench(option, temp.resolve("no/such").toString()).isWrongUsage(option).err())
        .contains("there is no folder " + temp.resolve("no"))
        .doesNotContain("measuring");
    assertThat(bench(option, earlier + "/x").isWrongUsage(option).err())
        .doesNotContain("measuring");
    bench(option, earlier.toString(), "--grid", "none").isWrongUsage("--grid");
    assertThat(earlier).hasContent("kept");
  }

  @Test
  void either_a_model_or_a_known_shape_is_measured() {
    Cli cli = Cli.in(temp);
    cli.run("bench").isWrongUsage("--model", "--shape");
    bench("--shape", "smollm2-135m").isWrongUsage("mutually exclusive");
    cli.run("bench", "--shape", "gpt-5").isWrongUsage("--shape", "smollm2-135m", "gpt-5");
  }

  @Test
  void a_depth_beyond_the_context_fails_and_says_what_helps() {
    bench("--grid", "tg2@d300").fails("tg2@d300", "this model's is 256", "--shape");
  }

  @Test
  void a_peer_that_is_not_built_in_is_refused_and_how_to_get_it_is_told() {
    Assumptions.assumeTrue(
        ServiceLoader.load(PeerFactory.class).findFirst().isEmpty(), "peers are built in");

    assertThat(bench("--peer", "llama.cpp").isWrongUsage("'llama.cpp' is not built in").err())
        .contains("WINNOW_PEERS=1 ./winnow bench --peer llama.cpp")
        .doesNotContain("measuring");
  }

  @Test
  void a_slower_row_than_in_the_old_report_ends_with_1_and_names_both_numbers() throws IOException {
    String[] short1 = {"--grid", "tg2", "--repetitions", "1", "--warm-ups", "0", "--json"};
    ObjectNode before = (ObjectNode) bench(short1).json();
    ((ObjectNode) before.get("results").get(0)).put("tokens_per_s", 1e12);
    Path old = Files.writeString(temp.resolve("old.json"), before.toString());

    List<String> options = new ArrayList<>(List.of(short1));
    options.addAll(List.of("--compare", old.toString(), "--fail-if", "tg2 < 0.95"));
    Cli.Outcome outcome = bench(options.toArray(String[]::new));

    assertThat(outcome.json(1).at("/comparison/0/old_tokens_per_s").asDouble()).isEqualTo(1e12);
    assertThat(outcome.err()).contains("tg2 winnow", "was 1000000000000.00");
  }

  @Test
  void a_condition_needs_an_old_report_and_a_test_of_the_grid() {
    bench("--fail-if", "tg128 < 1").isWrongUsage("--fail-if needs --compare");
    bench("--compare", "absent.json").isWrongUsage("--compare", "absent.json");
    bench("--compare", "absent.json", "--fail-if", "tg9 < 1").isWrongUsage("--fail-if", "tg128");
  }

  private static void assertRow(JsonNode row, String test, int tokens, int depth) {
    assertThat(row.get("test").asText()).isEqualTo(test);
    assertThat(row.get("contender").asText()).isEqualTo("winnow");
    assertThat(row.get("tokens").asInt()).isEqualTo(tokens);
    assertThat(row.get("depth").asInt()).isEqualTo(depth);
    assertThat(row.get("samples_ms")).hasSize(3);
    double median = row.get("ms_median").asDouble();
    assertThat(median)
        .isBetween(row.get("ms_min").asDouble(), row.get("ms_max").asDouble())
        .isPositive();
    assertThat(row.get("tokens_per_s").asDouble())
        .isCloseTo(1000 * tokens / median, within(1e-6 * 1000 * tokens / median));
    assertThat(row.get("flops_per_token").asDouble()).isPositive();
  }

  private static long weightBytes() {
    ModelOptions options = ModelOptions.builder().weights(WeightFormat.F16).build();
    try (LanguageModel loaded = LanguageModel.load(model, options)) {
      return loaded.model().weightBytes();
    }
  }

  private Cli.Outcome bench(String... options) {
    List<String> all = new ArrayList<>(List.of("bench", "--model", model.toString()));
    all.addAll(List.of(options));
    return Cli.in(temp).run(all.toArray(String[]::new));
  }
}
