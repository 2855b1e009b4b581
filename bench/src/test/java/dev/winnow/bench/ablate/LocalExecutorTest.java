package dev.winnow.bench.ablate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.winnow.bench.ablate.RunRecord.Cost;
import dev.winnow.bench.ablate.RunRecord.Item;
import dev.winnow.bench.recall.RecallSuite;
import dev.winnow.engine.LanguageModel;
import dev.winnow.engine.ModelOptions;
import dev.winnow.kernels.DType;
import dev.winnow.models.WeightFormat;
import dev.winnow.models.hub.ModelRequest;
import dev.winnow.models.hub.ProgressListener;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs on the recall checkpoint, which has techniques lose and dense attention not. */
class LocalExecutorTest {
  @TempDir Path temp;

  private final List<String> notes = new ArrayList<>();
  private boolean stop;

  private ModelRequest request() {
    return new ModelRequest(Map.of(), temp, Optional.empty(), false, ProgressListener.silent());
  }

  private LocalExecutor executor() {
    return new LocalExecutor(
        new LocalExecutor.Options(
            1, temp.resolve("calibrations"), request(), () -> stop, notes::add));
  }

  private AblationPlan plan(String rest) throws IOException {
    Files.writeString(
        temp.resolve("random.yaml"),
        "metadata: {version: 1}\ntechniques:\n- {technique: random, window: 8, token_budget: 16}\n");
    Files.writeString(
        temp.resolve("fasa.yaml"),
        "metadata: {version: 1}\ntechniques:\n- {technique: fasa, chunks: 4, token_budget: 64}\n");
    String text = "metadata: {version: 1, name: tiny}\nmodels: [reference:recall]\n" + rest;
    return AblationPlan.of(AblationConfig.load(Files.writeString(temp.resolve("a.yaml"), text)));
  }

  private Map<String, RunRecord> run(String rest) throws IOException {
    Map<String, RunRecord> byVariant = new HashMap<>();
    try (LocalExecutor executor = executor()) {
      for (List<PlannedRun> batch : plan(rest).batches()) {
        for (RunRecord record : executor.execute(batch)) {
          // What Spark sends back is the same.
          assertThat(RunLines.parse("line", RunLines.line(record))).isEqualTo(record);
          byVariant.put(record.variant(), record);
        }
      }
    }
    return byVariant;
  }

  @Test
  void aRunHoldsItsItemsCostsAndWhatLayersKept() throws IOException {
    Map<String, RunRecord> runs =
        run(
            """
            variants: [{name: random, config: random.yaml}]
            tasks: [{suite: recall, tokens: [128, 192], needles: 4, n: 6, diagnose: 1}]
            """);
    RunRecord dense = runs.get("dense");
    RunRecord random = runs.get("random");

    assertThat(dense.metric()).isEqualTo("exact match");
    assertThat(dense.items()).extracting(Item::key).startsWith("128/1/1", "128/1/2").hasSize(12);
    assertThat(random.items()).extracting(Item::key).isEqualTo(keys(dense));
    assertThat(dense.items().getLast().at()).containsEntry("length", 192.0);
    assertThat(dense.items()).allMatch(item -> item.at().get("depth") < 1);
    assertThat(dense.score()).isGreaterThan(0.8).isGreaterThan(random.score());
    Cost all = dense.cost().orElseThrow();
    Cost less = random.cost().orElseThrow();
    assertThat(all.flops()).isEqualTo(all.denseFlops()).isEqualTo(less.denseFlops()).isPositive();
    assertThat(all.kvRatio()).isEqualTo(1);
    assertThat(less.kvRatio()).isLessThan(0.5);
    assertThat(all.peakKvBytes()).isPositive();
    assertThat(all.ttftMs()).hasSize(12);
    assertThat(all.tpotMs()).hasSize(12);
    assertThat(all.masked()).isFalse();
    assertThat(dense.layers()).isEmpty();
    assertThat(random.layers()).hasSize(3);
    assertThat(random.layers().getLast().heads()).hasSize(4).allMatch(kept -> kept > 0 && kept < 1);
    assertThat(random.environment()).containsKeys("cpu", "threads", "jvm", "fingerprint");
    assertThat(random.error()).isEmpty();
  }

  private static List<String> keys(RunRecord run) {
    return run.items().stream().map(Item::key).toList();
  }

  @Test
  void scoresAreThoseOfTheSuite() throws IOException {
    RunRecord dense =
        run("tasks: [{suite: recall, tokens: 300, needles: 8, n: 16}]\nseeds: [5]").get("dense");

    ModelOptions options = ModelOptions.builder().threads(1).build();
    try (LanguageModel model = LanguageModel.load("reference:recall", options, request())) {
      double expected = new RecallSuite(8, 1, 16, 5, true).score(model, 300).value();
      assertThat(dense.score()).isCloseTo(expected, within(1e-12));
    }
  }

  @Test
  void workForPromptsCountsIfAskedFor() throws IOException {
    String task = "tasks: [{suite: recall, tokens: 128, needles: 4, n: 4, prompt_cost: %s}]";

    Cost without = run(task.formatted(false)).get("dense").cost().orElseThrow();
    Cost with = run(task.formatted(true)).get("dense").cost().orElseThrow();

    assertThat(with.flops()).isGreaterThan(2 * without.flops());
  }

  @Test
  void aCalibrationIsMadeOnceAndUsedAgain() throws IOException {
    String rest =
        """
        variants:
        - {name: fasa, config: fasa.yaml, calibrate: {window: 32, tokens: 600, steps: 8}}
        tasks: [{suite: recall, tokens: 128, needles: 4, n: 2}]
        seeds: [1, 2]
        """;

    assertThat(run(rest).get("fasa").error()).isEmpty();
    assertThat(run(rest).get("fasa").error()).isEmpty();

    assertThat(notes).containsExactly("calibrating fasa on 600 tokens of recall, seed 1234");
    try (Stream<Path> files = Files.list(temp.resolve("calibrations"))) {
      assertThat(files).singleElement().asString().matches(".*/fasa-[0-9a-f]{16}.json");
    }
  }

  @Test
  void repetitionsOfASpeedTestAreItemsOfTheSameBatch() throws IOException {
    Map<String, RunRecord> runs =
        run(
            """
            variants: [{name: random, config: random.yaml}]
            tasks: [{suite: speed, test: tg3@d64, repetitions: 2, warm_ups: 1}]
            """);

    for (RunRecord run : runs.values()) {
      assertThat(run.error()).isEmpty();
      assertThat(keys(run)).containsExactly("repetition 1", "repetition 2");
      assertThat(run.items()).allMatch(item -> item.score() > 0);
      assertThat(run.cost().orElseThrow().tpotMs()).hasSize(2);
    }
    assertThat(runs.get("random").cost().orElseThrow().kvRatio()).isLessThan(1);
  }

  @Test
  void aFailureIsTheRunsOwn() throws IOException {
    Map<String, RunRecord> runs =
        run(
            """
            variants: [{name: far, config: random.yaml, set: {dense_layers: 4}}]
            tasks: [{suite: recall, tokens: 128, needles: 4, n: 2}]
            """);

    assertThat(runs.get("dense").error()).isEmpty();
    assertThat(runs.get("far").error().orElseThrow()).contains("dense_layers");
    assertThat(runs.get("far").items()).isEmpty();
    assertThat(runs.get("far").cost()).isEmpty();
  }

  @Test
  void aModelThatDoesNotSuitTheTaskOrIsNotThereIsAFailureToo() throws IOException {
    assertThat(run("tasks: [{suite: diffuse, n: 2}]").get("dense").error().orElseThrow())
        .contains("reference:diffuse");
    AblationPlan absent =
        AblationPlan.of(
            AblationConfig.load(temp.resolve("a.yaml"))
                .withModels(
                    List.of(
                        new PlannedRun.ModelSetting(
                            temp.resolve("no-model").toString(), WeightFormat.F32, DType.F16))));
    try (LocalExecutor executor = executor()) {
      RunRecord failed = executor.execute(absent.batches().getFirst()).getFirst();
      assertThat(failed.error().orElseThrow()).contains("the model cannot be loaded", "no-model");
    }
  }

  @Test
  void whatIsStoppedLeavesNoRecord() throws IOException {
    AblationPlan plan = plan("tasks: [{suite: recall, tokens: 128, needles: 4, n: 4}]");
    stop = true;
    try (LocalExecutor executor = executor()) {
      assertThatThrownBy(() -> executor.execute(plan.batches().getFirst()))
          .isInstanceOf(CancellationException.class);
    }
  }
}
