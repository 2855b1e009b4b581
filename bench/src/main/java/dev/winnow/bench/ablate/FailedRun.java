package dev.winnow.bench.ablate;

import dev.winnow.engine.technique.Parameters;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The record of a run that could not be done at all. */
public final class FailedRun {
  private FailedRun() {}

  /**
   * The record.
   *
   * @param error why it failed
   */
  public static RunRecord of(PlannedRun run, String error) {
    return of(run, AblationTasks.of(run.task().suite(), run.name()), error);
  }

  private static <P extends Record> RunRecord of(
      PlannedRun run, AblationTask<P> task, String error) {
    P parameters = Parameters.bind(run.task().parameters(), task.defaults(), run.name());
    return run.record(
        task.metric(parameters),
        task.better(parameters),
        List.of(),
        Optional.empty(),
        List.of(),
        Optional.of(error),
        Map.of(),
        Instant.now(),
        0);
  }
}
