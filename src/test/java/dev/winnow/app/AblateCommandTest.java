package dev.winnow.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.winnow.bench.ablate.SweepBackend;
import dev.winnow.models.testing.TinyCheckpoint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code winnow ablate} on a checkpoint of random weights, to the end and killed before it. */
class AblateCommandTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String TEXT = "It was a dark and stormy night; the rain fell. ".repeat(4);

  @TempDir static Path shared;
  @TempDir Path temp;

  private static Path model;

  @BeforeAll
  static void writeModel() {
    model = TestFolders.withTokenizer(shared.resolve("model"));
  }

  @BeforeEach
  void writeFiles() {
    TestFolders.file(temp.resolve("text.txt"), TEXT);
    TestFolders.file(
        temp.resolve("window.yaml"),
        "metadata: {version: 1}\ntechniques:\n- {technique: test_window, token_budget: 8}\n");
  }

  private Path ablation(String rest) {
    return TestFolders.file(
        temp.resolve("grid.yaml"),
        "metadata: {version: 1, name: grid, description: A tiny one.}\nmodels: ['%s']\n%s"
            .formatted(model, rest));
  }

  private Path grid() {
    return ablation(
        """
        variants:
        - {name: window, config: window.yaml, grid: {token_budget: [8, 24]}}
        tasks:
        - {suite: ppl, text: text.txt, tokens: 60, decode_from: 30, block: 5}
        - {suite: fidelity, text: text.txt, tokens: 60, decode_from: 30, block: 10, diagnose: 2}
        - {suite: speed, test: tg4@d32, repetitions: 3, warm_ups: 0}
        """);
  }

  private Path out() {
    return temp.resolve("out");
  }

  private Cli.Outcome ablate(Path file, String... more) {
    return Cli.in(temp).run(arguments(file, more).toArray(String[]::new));
  }

  private List<String> arguments(Path file, String... more) {
    List<String> all =
        new ArrayList<>(List.of("ablate", file.toString(), "--out", out().toString()));
    all.addAll(List.of("--threads", "1"));
    all.addAll(List.of(more));
    return all;
  }

  private List<JsonNode> lines() throws IOException {
    List<JsonNode> lines = new ArrayList<>();
    for (String line : Files.readAllLines(out().resolve("runs.jsonl"))) {
      lines.add(JSON.readTree(line));
    }
    return lines;
  }

  @Test
  void a_grid_leaves_runs_and_a_report_and_is_not_done_twice() throws IOException {
    JsonNode json = ablate(grid(), "--json").json();

    assertThat(json.get("planned").asInt()).isEqualTo(9);
    assertThat(json.get("done").asInt()).isEqualTo(9);
    assertThat(json.get("done_now").asInt()).isEqualTo(9);
    assertThat(json.get("missing").asInt()).isZero();
    assertThat(json.get("stopped").asBoolean()).isFalse();
    assertThat(json.get("failed")).isEmpty();
    assertThat(Path.of(json.get("report").asText())).isEqualTo(out().resolve("report.html"));
    assertThat(out().resolve("report.html")).content().contains("grid: A tiny one.");
    assertThat(out().resolve("results.csv")).content().contains("window token_budget=24");
    List<JsonNode> lines = lines();
    assertThat(lines)
        .extracting(line -> line.get("variant").asText() + ", " + line.get("task").asText())
        .containsExactly(
            "dense, ppl",
            "window token_budget=8, ppl",
            "window token_budget=24, ppl",
            "dense, fidelity",
            "window token_budget=8, fidelity",
            "window token_budget=24, fidelity",
            "dense, speed",
            "window token_budget=8, speed",
            "window token_budget=24, speed");
    // 29 tokens are fed after the prompt, in blocks of 5; the last has 4.
    assertThat(lines.get(0).get("items")).hasSize(6);
    assertThat(lines.get(1).get("items").get(5).get("key").asText()).isEqualTo("tokens 55 to 59");
    assertThat(lines.get(3).get("items")).allMatch(item -> item.get("score").asDouble() == 0);
    assertThat(lines.get(4).get("items")).allMatch(item -> item.get("score").asDouble() > 0);
    assertThat(lines.get(4).get("layers")).isNotEmpty();
    assertThat(lines.get(1).at("/cost/kv_bytes").asDouble())
        .isLessThan(lines.get(2).at("/cost/kv_bytes").asDouble());

    Cli.Outcome again = ablate(grid()).succeeds();

    assertThat(again.err()).contains("9 of 9 runs are done already");
    assertThat(again.out()).contains("9 of 9 runs done, 0 failed", "report.html");
    assertThat(lines()).hasSize(9);
  }

  @Test
  void ppl_is_that_of_eval() throws IOException {
    ablate(
            ablation(
                "tasks: [{suite: ppl, text: text.txt, tokens: 60, decode_from: 30, block: 29}]"))
        .succeeds();

    String[] eval = {
      "eval",
      "--suite",
      "ppl",
      "--model",
      model.toString(),
      "--threads",
      "1",
      "--json",
      "--text",
      temp.resolve("text.txt").toString(),
      "--tokens",
      "60",
      "--decode-from",
      "30"
    };
    assertThat(lines().getFirst().at("/items/0/score").asDouble())
        .isCloseTo(Cli.in(temp).run(eval).json().get("mean_nll").asDouble(), within(1e-6));
  }

  @Test
  void a_killed_grid_goes_on_without_losing_or_repeating_a_finished_run() throws Exception {
    Path many =
        ablation(
            """
            variants:
            - {name: window, config: window.yaml, grid: {token_budget: [4, 8, 12, 16, 20]}}
            tasks:
            - {suite: ppl, text: text.txt, tokens: 120, decode_from: 20, block: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]}
            """);
    List<String> command =
        new ArrayList<>(
            List.of(
                ProcessHandle.current().info().command().orElseThrow(),
                "--add-modules=jdk.incubator.vector",
                "--enable-native-access=ALL-UNNAMED",
                "-Xmx256m",
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName()));
    command.addAll(arguments(many));
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(temp.resolve("log").toFile())
            .start();
    Path runs = out().resolve("runs.jsonl");
    long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(2);
    while (!(Files.exists(runs) && Files.readString(runs).lines().count() >= 3)) {
      assertThat(process.isAlive()).as(Files.readString(temp.resolve("log"))).isTrue();
      assertThat(System.nanoTime()).isLessThan(end);
      Thread.sleep(2);
    }
    process.destroyForcibly().waitFor();
    String kept = Files.readString(runs);
    int finished = (int) kept.chars().filter(c -> c == '\n').count();
    assertThat(finished).isBetween(2, 59);
    // As if the kill had come while a line was written.
    String whole = kept.substring(0, kept.lastIndexOf('\n') + 1);
    Files.writeString(runs, whole + "{\"id\":\"0123");

    Cli.Outcome resumed = ablate(many, "--json");

    assertThat(resumed.json().get("done_now").asInt()).isEqualTo(60 - finished);
    assertThat(resumed.err())
        .contains("the last line is half-written", finished + " of 60 runs are done already");
    assertThat(Files.readString(runs)).startsWith(whole).hasLineCount(60);
    Set<String> ids = new HashSet<>();
    lines().forEach(line -> ids.add(line.get("id").asText()));
    assertThat(ids).hasSize(60);
    assertThat(out().resolve("report.html")).isRegularFile();
  }

  @Test
  void a_dry_run_lists_the_runs_and_writes_nothing() throws IOException {
    Cli.Outcome before = ablate(grid(), "--dry-run").succeeds();

    assertThat(before.out())
        .contains("window token_budget=24", "fidelity", "9 runs, 0 of them done");
    assertThat(out()).doesNotExist();

    ablate(grid()).succeeds();
    Files.delete(out().resolve("report.html"));
    JsonNode after = ablate(grid(), "--dry-run", "--json").json();
    assertThat(after.get("runs")).hasSize(9).allMatch(run -> run.get("done").asBoolean());
    assertThat(out().resolve("report.html")).doesNotExist();

    ablate(grid(), "--report-only").succeeds();
    assertThat(out().resolve("report.html")).isRegularFile();
    assertThat(lines()).hasSize(9);
  }

  @Test
  void a_failure_names_its_run_and_ends_the_others_unless_told_to_go_on() {
    // More than the 128 tokens that the model has room for, which only the model tells.
    Path failing =
        ablation(
            """
            variants:
            - {name: window, config: window.yaml, grid: {token_budget: [8, 24]}}
            tasks:
            - {suite: ppl, text: text.txt, tokens: 140, decode_from: 30}
            """);

    JsonNode first = ablate(failing, "--json").json(1);
    assertThat(first.get("missing").asInt()).isEqualTo(2);
    assertThat(first.at("/failed/0/variant").asText()).isEqualTo("dense");
    assertThat(first.at("/failed/0/error").asText())
        .contains("tokens: 140 do not fit the model's context of 128");

    Cli.Outcome all = ablate(failing, "--keep-going", "--json");
    assertThat(all.json(1).get("failed")).hasSize(3);
    assertThat(all.err())
        .contains(
            "failed: "
                + model
                + " f32/f16, window token_budget=8, ppl, seed 1: tokens: 140 do not fit");

    Cli.Outcome repaired = ablate(failing, "--set", "tokens=60", "--json");
    assertThat(repaired.json().get("done").asInt()).isEqualTo(3);
    assertThat(repaired.err()).contains("3 runs in", "not in this ablation any more");
  }

  @Test
  void another_model_behind_the_same_name_is_refused() {
    Path moved = TestFolders.withTokenizer(temp.resolve("moving"));
    String[] here = {"--model", moved.toString()};
    ablate(grid(), here).succeeds();
    TinyCheckpoint.builder().vocabSize(Tokenizers.letters().size()).maxPositions(129).write(moved);

    Cli.Outcome outcome = ablate(grid(), "--model", moved.toString(), "--set", "ppl.block=3");

    outcome.fails("holds runs of another " + moved, "its fingerprint was");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--set m=3                | --set m=3: unknown key 'm'",
        "--set ppl.tokens=2       | tokens must be >= 3, got 2",
        "--set text=no/such/file  | there is no file",
        "--threads 0              | --threads",
        "--dry-run --report-only  | --dry-run and --report-only exclude each other",
      })
  void wrong_usage_is_said_before_anything_is_written(String options, String message) {
    ablate(grid(), options.split(" ")).isWrongUsage(message);
    assertThat(out()).doesNotExist();
  }

  @Test
  void spark_that_is_not_built_in_is_refused_and_how_to_get_it_is_told() {
    Assumptions.assumeTrue(
        ServiceLoader.load(SweepBackend.class).findFirst().isEmpty(), "Spark is built in");

    ablate(grid(), "--spark", "local[2]")
        .isWrongUsage("--spark is not built in", "WINNOW_SPARK=1 ./winnow ablate ... --spark");
    assertThat(out()).doesNotExist();
  }

  @Test
  void a_file_that_is_no_ablation_is_wrong_usage_with_its_line() {
    ablate(ablation("tasks: [{suite: pppl}]"))
        .isWrongUsage("grid.yaml:3: tasks[0]: suite must be one of");
    ablate(temp.resolve("none.yaml")).isWrongUsage("there is no file");
  }

  @Test
  void a_folder_that_cannot_be_written_fails_before_anything_is_measured() {
    TestFolders.file(out(), "a file");
    ablate(grid()).fails("is a file, not a folder");
  }
}
