package dev.winnow.bench.ablate;

import java.util.List;
import java.util.concurrent.CancellationException;

/**
 * Does planned runs, here or elsewhere. A failure of a run is part of its record, so that it never
 * takes other runs with it.
 */
public interface RunExecutor extends AutoCloseable {

  /**
   * Does runs that are measured together: mostly one, several of the same model, task and seed
   * where their repetitions alternate.
   *
   * @return a record for each of {@code batch}, in its order; a run that failed has an error
   * @throws CancellationException if asked to stop before the runs were done, of which then nothing
   *     is kept
   */
  List<RunRecord> execute(List<PlannedRun> batch);

  /** Frees models. */
  @Override
  void close();
}
