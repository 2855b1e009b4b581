package dev.winnow.bench.spark;

import static org.assertj.core.api.Assertions.assertThat;

import dev.winnow.bench.ablate.AblationConfig;
import dev.winnow.bench.ablate.AblationPlan;
import dev.winnow.bench.ablate.AblationRunner;
import dev.winnow.bench.ablate.LocalExecutor;
import dev.winnow.bench.ablate.LocalExecutorFactory;
import dev.winnow.bench.ablate.PlannedRun;
import dev.winnow.bench.ablate.RunExecutor;
import dev.winnow.bench.ablate.RunLines;
import dev.winnow.bench.ablate.RunRecord;
import dev.winnow.bench.ablate.SweepBackend;
import dev.winnow.engine.CancellationToken;
import dev.winnow.models.hub.ModelRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The same ablation here and on Spark, with a model that comes with Winnow. */
@Timeout(180)
class SparkAblationTest {
  private static final String ABLATION =
      """
      metadata: {version: 1, name: small, description: Two budgets.}
      models: [MODELS]
      variants:
        - name: streaming
          config: streaming.yaml
          grid: {token_budget: [24, 48]}
      tasks:
        - {suite: recall, tokens: 80, needles: 4, n: 2}
      seeds: [1, 2]
      """;
  private static final String STREAMING =
      """
      metadata: {version: 1, name: streaming, description: Sinks and a window.}
      techniques:
        - {technique: streaming_llm, sinks: 4}
      """;

  @TempDir Path folder;
  private final CancellationToken cancellation = new CancellationToken();

  @BeforeEach
  void writeTechnique() throws IOException {
    Files.writeString(folder.resolve("streaming.yaml"), STREAMING);
  }

  @Test
  void runsHaveTheSameIdsScoresAndLedgerAsInThisProcess() throws IOException {
    AblationPlan plan = plan("reference:recall");

    AblationRunner.Outcome here = here(plan, "here");
    AblationRunner.Outcome spark = onSpark(plan, "spark", true, run -> {});

    assertThat(here.runs()).hasSize(6).allMatch(RunRecord::succeeded);
    assertThat(spark.runs())
        .extracting(RunRecord::id)
        .containsExactlyElementsOf(here.runs().stream().map(RunRecord::id).toList());
    Map<String, RunRecord> bySpark = byId(lines("spark"));
    for (RunRecord expected : here.runs()) {
      RunRecord actual = bySpark.get(expected.id());
      assertThat(actual.items()).isEqualTo(expected.items());
      assertThat(counted(actual)).isEqualTo(counted(expected));
      assertThat(actual)
          .usingRecursiveComparison()
          .ignoringFields("cost", "environment", "started", "wallMs")
          .isEqualTo(expected);
    }
  }

  @Test
  void aStoppedSweepGoesOnHereWithoutRepeatingARun() throws IOException {
    AblationPlan plan = plan("reference:recall");

    AblationRunner.Outcome stopped = onSpark(plan, "out", true, run -> cancellation.cancel());

    assertThat(stopped.stopped()).isTrue();
    assertThat(stopped.done()).isBetween(1, 5);
    List<RunRecord> kept = lines("out");
    assertThat(kept).hasSize(stopped.done());

    AblationRunner.Outcome rest = here(plan, "out");

    assertThat(rest.done()).isEqualTo(6 - stopped.done());
    assertThat(lines("out")).hasSize(6).startsWith(kept.toArray(RunRecord[]::new));
    assertThat(byId(lines("out"))).hasSize(6);
  }

  @Test
  void aModelThatCannotBeLoadedFailsItsRunsAlone() throws IOException {
    AblationPlan plan = plan("reference:none, reference:recall");

    AblationRunner.Outcome outcome = onSpark(plan, "out", true, run -> {});

    assertThat(outcome.missing()).isZero();
    assertThat(outcome.failed())
        .hasSize(6)
        .allMatch(run -> run.model().equals("reference:none"))
        .allMatch(run -> run.error().orElseThrow().contains("the model cannot be loaded"));
  }

  @Test
  void theFirstFailureEndsASweepThatIsNotToKeepGoing() throws IOException {
    AblationPlan plan = plan("reference:none, reference:recall");

    AblationRunner.Outcome outcome = onSpark(plan, "out", false, run -> {});

    assertThat(outcome.failed()).hasSize(1);
    assertThat(outcome.missing()).isEqualTo(11);
    assertThat(outcome.stopped()).isFalse();
  }

  private AblationPlan plan(String models) throws IOException {
    Path file = folder.resolve("small.yaml");
    Files.writeString(file, ABLATION.replace("MODELS", models));
    return AblationPlan.of(AblationConfig.load(file));
  }

  private AblationRunner.Outcome here(AblationPlan plan, String out) {
    try (RunExecutor executor =
        new LocalExecutor(
            new LocalExecutor.Options(
                1,
                folder.resolve("calibrations"),
                ModelRequest.fromEnvironment().withAllowDownload(false),
                () -> false,
                note -> {}))) {
      return new AblationRunner(plan, folder.resolve(out), true, new AblationRunner.Listener() {})
          .run(executor, model -> "");
    }
  }

  private AblationRunner.Outcome onSpark(
      AblationPlan plan, String out, boolean keepGoing, Consumer<RunRecord> ended) {
    AblationRunner.Listener listener =
        new AblationRunner.Listener() {
          @Override
          public void started(List<PlannedRun> batch) {
            throw new AssertionError("nothing starts in this process");
          }

          @Override
          public void ended(RunRecord run) {
            ended.accept(run);
          }
        };
    return new AblationRunner(plan, folder.resolve(out), keepGoing, listener)
        .run(
            new SparkSweep(),
            new SweepBackend.Options(
                "local[2]",
                plan.name(),
                1,
                new LocalExecutorFactory(false),
                cancellation::isCancelled),
            model -> "");
  }

  private List<RunRecord> lines(String out) throws IOException {
    return RunLines.read(folder.resolve(out).resolve("runs.jsonl"), note -> {});
  }

  private static Map<String, RunRecord> byId(List<RunRecord> runs) {
    return runs.stream().collect(Collectors.toMap(RunRecord::id, Function.identity()));
  }

  /** What is counted, not timed. */
  private static Optional<List<Double>> counted(RunRecord run) {
    return run.cost()
        .map(
            cost ->
                List.of(
                    cost.flops(),
                    cost.denseFlops(),
                    cost.kvBytes(),
                    cost.denseKvBytes(),
                    cost.peakKvBytes()));
  }
}
