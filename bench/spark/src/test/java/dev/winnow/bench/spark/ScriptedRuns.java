package dev.winnow.bench.spark;

import dev.winnow.bench.ablate.AblationTasks;
import dev.winnow.bench.ablate.PlannedRun;
import dev.winnow.bench.ablate.RunExecutor;
import dev.winnow.bench.ablate.RunExecutorFactory;
import dev.winnow.bench.ablate.RunRecord;
import dev.winnow.engine.technique.Parameters;
import dev.winnow.kernels.DType;
import dev.winnow.models.WeightFormat;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;

/**
 * Runs that do as their task's label says, and write down what happens to them in {@code folder},
 * which outlives the JVM they run in.
 *
 * @param folder as text, since paths cannot be serialized
 */
record ScriptedRuns(String folder) implements RunExecutorFactory {
  static final String SCORES = "scores";
  static final String THROWS = "throws";
  static final String LEAKS = "leaks";
  static final String HALTS_ONCE = "halts once";
  static final String HALTS = "halts";
  static final String WAITS = "waits";

  static PlannedRun run(String script, long seed) {
    return run("reference:recall", script, seed);
  }

  static PlannedRun run(String model, String script, long seed) {
    return PlannedRun.of(
        "scripted",
        new PlannedRun.ModelSetting(model, WeightFormat.F32, DType.F16),
        PlannedRun.Variant.dense(),
        new PlannedRun.TaskSetting(
            script, "recall", 0, Parameters.toJson(AblationTasks.of("recall", "").defaults())),
        seed,
        Map.of());
  }

  @Override
  public RunExecutor open(int threads, BooleanSupplier cancelled) {
    note("opened", Integer.toString(threads));
    return new RunExecutor() {
      @Override
      public List<RunRecord> execute(List<PlannedRun> batch) {
        return batch.stream().map(run -> perform(run, cancelled)).toList();
      }

      @Override
      public void close() {
        note("closed", "");
      }
    };
  }

  private RunRecord perform(PlannedRun run, BooleanSupplier cancelled) {
    int before = lines("began").size();
    note("began", run.id());
    switch (run.task().label()) {
      case THROWS -> throw new IllegalStateException("not part of a record");
      case LEAKS -> throw new OutOfMemoryError("of a test");
      case HALTS -> Runtime.getRuntime().halt(7);
      case HALTS_ONCE -> {
        if (lines("began").stream().filter(run.id()::equals).count() == 1) {
          Runtime.getRuntime().halt(7);
        }
      }
      case WAITS -> {
        while (!cancelled.getAsBoolean()) {
          Thread.onSpinWait();
        }
        note("cancelled", run.id());
        throw new CancellationException("as asked");
      }
      default -> {}
    }
    return record(run, before);
  }

  /** The record that a run with a score has. */
  static RunRecord record(PlannedRun run, double score) {
    return run.record(
        "order",
        RunRecord.Better.HIGHER,
        List.of(new RunRecord.Item("1", Map.of("length", 2.0), score)),
        Optional.empty(),
        List.of(),
        Optional.empty(),
        Map.of("pid", Long.toString(ProcessHandle.current().pid())),
        Instant.EPOCH,
        1);
  }

  /** What was written down under {@code topic}, in order. */
  List<String> lines(String topic) {
    Path file = Path.of(folder, topic);
    try {
      return Files.exists(file) ? Files.readAllLines(file) : List.of();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void note(String topic, String line) {
    try {
      Files.writeString(
          Path.of(folder, topic),
          line + "\n",
          StandardOpenOption.CREATE,
          StandardOpenOption.APPEND,
          StandardOpenOption.SYNC);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
