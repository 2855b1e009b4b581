package dev.winnow.bench.spark;

import static dev.winnow.bench.spark.ScriptedRuns.LEAKS;
import static dev.winnow.bench.spark.ScriptedRuns.SCORES;
import static dev.winnow.bench.spark.ScriptedRuns.THROWS;
import static dev.winnow.bench.spark.ScriptedRuns.WAITS;
import static dev.winnow.bench.spark.ScriptedRuns.run;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.winnow.bench.ablate.PlannedRun;
import dev.winnow.bench.ablate.RunRecord;
import dev.winnow.bench.ablate.SweepBackend;
import dev.winnow.bench.ablate.SweepBackends;
import dev.winnow.engine.CancellationToken;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.function.Predicate;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Sweeps in this process, with runs that do as they are told. */
@Timeout(120)
class SparkSweepTest {
  @TempDir Path folder;
  private ScriptedRuns runs;
  private final CancellationToken cancellation = new CancellationToken();
  private final List<RunRecord> records = new ArrayList<>();

  @BeforeEach
  void openFolder() {
    runs = new ScriptedRuns(folder.toString());
  }

  @Test
  void everyRunOfEveryBatchHasARecordAndModelsAreSharedAndClosed() {
    List<List<PlannedRun>> batches =
        List.of(
            List.of(run(SCORES, 1)),
            List.of(run(SCORES, 2), run(SCORES, 3)),
            List.of(run(SCORES, 4)),
            List.of(run(SCORES, 5)));

    sweep("local[2]", batches, 0);

    assertThat(records).extracting(RunRecord::seed).containsExactlyInAnyOrder(1L, 2L, 3L, 4L, 5L);
    assertThat(records).allMatch(RunRecord::succeeded);
    assertThat(runs.lines("opened"))
        .as("threads of each that was opened, at most one for each task at a time")
        .hasSizeBetween(1, 2)
        .containsOnly("1");
    assertThat(runs.lines("closed")).hasSameSizeAs(runs.lines("opened"));
  }

  @Test
  void withAsManyThreadsAsCoresOneRunFollowsTheOtherInOrder() {
    List<List<PlannedRun>> batches =
        List.of(List.of(run(SCORES, 9)), List.of(run(SCORES, 7)), List.of(run(SCORES, 8)));

    sweep("local[2]", batches, 2);

    assertThat(records).extracting(RunRecord::seed).containsExactly(9L, 7L, 8L);
    assertThat(runs.lines("opened")).containsExactly("2");
  }

  @ParameterizedTest
  @ValueSource(strings = {THROWS, LEAKS})
  void whatFailsBesidesARecordBecomesOneAndIsNotTriedAgain(String script) {
    PlannedRun failing = run(script, 1);

    sweep("local[2]", List.of(List.of(failing), List.of(run(SCORES, 2))), 2);

    assertThat(records).extracting(RunRecord::seed).containsExactly(1L, 2L);
    assertThat(records.getFirst().error())
        .get()
        .asString()
        .containsAnyOf("not part of", "of a test");
    assertThat(records.getFirst().id()).isEqualTo(failing.id());
    assertThat(records.getLast().succeeded()).isTrue();
    assertThat(runs.lines("began")).hasSize(2);
    assertThat(runs.lines("opened")).as("what failed is not used again").hasSize(2);
  }

  @Test
  void stoppingKeepsWhatFinishedAndEndsWhatRuns() {
    assertThatThrownBy(
            () ->
                sweep(
                    "local[2]",
                    List.of(
                        List.of(run(SCORES, 1)), List.of(run(WAITS, 2)), List.of(run(SCORES, 3))),
                    2,
                    record -> {
                      cancellation.cancel();
                      return true;
                    }))
        .isInstanceOf(CancellationException.class);

    assertThat(records).extracting(RunRecord::seed).containsExactly(1L);
    assertThat(runs.lines("began").size() - runs.lines("cancelled").size()).isEqualTo(1);
    assertThat(runs.lines("closed")).hasSameSizeAs(runs.lines("opened"));
  }

  @Test
  void whoIsToldOfARecordMayEndTheSweepAfterItsBatch() {
    sweep(
        "local[2]",
        List.of(List.of(run(SCORES, 1), run(SCORES, 2)), List.of(run(WAITS, 3))),
        2,
        record -> false);

    assertThat(records).extracting(RunRecord::seed).containsExactly(1L, 2L);
  }

  @Test
  void whatCannotBeKeptEndsTheSweep() {
    IllegalStateException full = new IllegalStateException("the disk is full");

    assertThatThrownBy(
            () ->
                sweep(
                    "local[2]",
                    List.of(List.of(run(SCORES, 1)), List.of(run(WAITS, 2))),
                    2,
                    record -> {
                      throw full;
                    }))
        .isSameAs(full);
    assertThat(records).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "2", "local[2", "spark//host:7077", "localhost:7077"})
  void addressesThatAreNoneAreRefused(String master) {
    assertThatThrownBy(() -> sweep(master, List.of(List.of(run(SCORES, 1))), 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContainingAll("--spark", "spark://HOST:7077", "'" + master + "'");
  }

  @ParameterizedTest
  @ValueSource(strings = {"local[x]", "http://localhost:1"})
  void whatSparkDoesNotUnderstandIsReported(String master) {
    assertThatThrownBy(() -> sweep(master, List.of(List.of(run(SCORES, 1))), 0))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContainingAll("cannot start Spark with --spark " + master);
  }

  @Test
  void moreThreadsThanThisProcessMayUseAreRefused() {
    assertThatThrownBy(() -> sweep("local[2]", List.of(List.of(run(SCORES, 1))), 3))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContainingAll("local[2]", "3");
  }

  @Test
  void relativePathsAreRefusedWhereExecutorsAreElsewhere() {
    assertThatThrownBy(
            () -> sweep("spark://127.0.0.1:1", List.of(List.of(run("pom.xml", SCORES, 1))), 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContainingAll("pom.xml is relative", "absolute path");
  }

  @Test
  void noBatchesNeedNoSpark() {
    sweep("local[2]", List.of(), 0);
    assertThat(records).isEmpty();
  }

  @Test
  void itIsFoundByItsName() {
    assertThat(SweepBackends.find("spark")).isInstanceOf(SparkSweep.class);
    assertThatThrownBy(() -> SweepBackends.find("flink"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("WINNOW_FLINK=1 ./winnow ablate ... --flink");
  }

  private void sweep(String master, List<List<PlannedRun>> batches, int threads) {
    sweep(master, batches, threads, record -> true);
  }

  private void sweep(
      String master, List<List<PlannedRun>> batches, int threads, Predicate<RunRecord> more) {
    new SparkSweep()
        .run(
            batches,
            new SweepBackend.Options(master, "scripted", threads, runs, cancellation::isCancelled),
            record -> {
              records.add(record);
              return more.test(record);
            });
  }
}
