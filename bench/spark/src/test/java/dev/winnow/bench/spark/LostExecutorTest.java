package dev.winnow.bench.spark;

import static dev.winnow.bench.spark.ScriptedRuns.HALTS;
import static dev.winnow.bench.spark.ScriptedRuns.HALTS_ONCE;
import static dev.winnow.bench.spark.ScriptedRuns.SCORES;
import static dev.winnow.bench.spark.ScriptedRuns.run;
import static org.assertj.core.api.Assertions.assertThat;

import dev.winnow.bench.ablate.PlannedRun;
import dev.winnow.bench.ablate.RunRecord;
import dev.winnow.bench.ablate.SweepBackend;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Sweeps over a master and executors in processes of their own, some of which end under a run. */
@Timeout(300)
class LostExecutorTest {
  private static final String MASTER = "local-cluster[2,1,1024]";

  private static SparkHome spark;

  @TempDir Path folder;

  @BeforeAll
  static void installSpark() throws IOException {
    spark = SparkHome.install();
  }

  @AfterAll
  static void removeSpark() throws IOException {
    spark.remove();
  }

  @Test
  void costsOnlyTheRunsItHadNotFinished() {
    ScriptedRuns runs = new ScriptedRuns(folder.toString());
    PlannedRun first = run(SCORES, 1);
    PlannedRun unlucky = run(HALTS_ONCE, 2);
    PlannedRun deadly = run(HALTS, 3);
    PlannedRun last = run(SCORES, 4);
    PlannedRun elsewhere = run("/not/on/any/machine", SCORES, 5);
    List<RunRecord> records = new ArrayList<>();

    new SparkSweep(
            Map.of(
                "spark.executorEnv.JAVA_HOME",
                System.getProperty("java.home"),
                "spark.jars",
                spark.otherJars(),
                "spark.executor.extraJavaOptions",
                "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
                "spark.executor.memory",
                "512m",
                "spark.task.maxFailures",
                "3"))
        .run(
            List.of(first, unlucky, deadly, last, elsewhere).stream().map(List::of).toList(),
            new SweepBackend.Options(MASTER, "scripted", 1, runs, () -> false),
            records::add);

    assertThat(records)
        .extracting(RunRecord::id)
        .containsExactlyInAnyOrder(
            first.id(), unlucky.id(), deadly.id(), last.id(), elsewhere.id());
    assertThat(times(runs, unlucky)).as("attempts at the unlucky run").isEqualTo(2);
    assertThat(of(records, unlucky).succeeded()).isTrue();
    assertThat(times(runs, deadly)).as("attempts at the deadly run").isEqualTo(2);
    assertThat(of(records, deadly).error()).get().asString().contains("lost 2 times");
    assertThat(of(records, elsewhere).error())
        .get()
        .asString()
        .contains("/not/on/any/machine is not on 127.0.0.1", "absolute paths on storage");
    assertThat(times(runs, elsewhere)).isZero();
    // Not another time: what an executor had sent is not lost with it.
    assertThat(times(runs, first)).isEqualTo(1);
    String here = Long.toString(ProcessHandle.current().pid());
    assertThat(new HashSet<>(runs.lines("opened"))).containsExactly("1");
    assertThat(of(records, first).environment().get("pid")).isNotEqualTo(here);
  }

  private static RunRecord of(List<RunRecord> records, PlannedRun run) {
    return records.stream()
        .filter(record -> record.id().equals(run.id()))
        .findFirst()
        .orElseThrow();
  }

  private static long times(ScriptedRuns runs, PlannedRun run) {
    return runs.lines("began").stream().filter(run.id()::equals).count();
  }
}
