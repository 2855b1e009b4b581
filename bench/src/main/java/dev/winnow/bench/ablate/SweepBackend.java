package dev.winnow.bench.ablate;

import dev.winnow.engine.CancellationToken;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.function.Consumer;

/** Does planned runs on other machines; found by {@link java.util.ServiceLoader}. */
public interface SweepBackend {

  /**
   * What to do and where.
   *
   * @param master address of what hands the runs out
   * @param ablation name of the configuration
   * @param batches of runs that are measured together, in the order in which to start them: those
   *     of one model in a row, since a machine keeps the model it has
   * @param threads CPU threads of a run; 0 for the backend's own default
   * @param executors what does the runs over there
   * @param cancellation ends the sweep early
   */
  record Request(
      String master,
      String ablation,
      List<List<PlannedRun>> batches,
      int threads,
      RunExecutorFactory executors,
      CancellationToken cancellation) {
    /** Copies the batches and checks ranges. */
    public Request {
      batches = batches.stream().map(List::copyOf).toList();
      if (threads < 0) {
        throw new IllegalArgumentException("threads must be at least 0, got " + threads);
      }
    }
  }

  /** The name of its option on the command line, such as {@code spark}. */
  String name();

  /**
   * Does all runs, several at a time, and returns when each has a record.
   *
   * @param finished told of each record as soon as it arrives, by the calling thread; what it
   *     throws ends the sweep
   * @throws IllegalArgumentException if the master's address is not one
   * @throws IllegalStateException if the sweep ends early, saying why
   * @throws CancellationException if asked to stop; runs that were not finished have no record
   */
  void run(Request request, Consumer<RunRecord> finished);
}
