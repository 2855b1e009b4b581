package dev.winnow.bench.spark;

import dev.winnow.bench.ablate.PlannedRun;
import dev.winnow.bench.ablate.RunRecord;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Records of runs that could not be done. */
final class FailedRuns {
  private FailedRuns() {}

  static RunRecord record(PlannedRun run, String error) {
    return new RunRecord(
        run.id(),
        run.ablation(),
        run.model().name(),
        run.model().precision(),
        run.variant().label(),
        run.variant().technique(),
        run.variant().axes(),
        run.task().label(),
        run.seed(),
        "",
        RunRecord.Better.HIGHER,
        List.of(),
        Optional.empty(),
        List.of(),
        Optional.of(error),
        Map.of(),
        Instant.now(),
        0);
  }
}
