package dev.winnow.bench.ablate;

import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;

/** Does planned runs on other machines; found by {@link java.util.ServiceLoader}. */
public interface SweepBackend {

  /**
   * Where and how to run.
   *
   * @param master address of what hands the runs out
   * @param name of the ablation, for people
   * @param threads CPU threads of a run; 0 for the backend's own default
   * @param executors what does the runs over there
   * @param cancelled asked now and then
   */
  record Options(
      String master,
      String name,
      int threads,
      RunExecutorFactory executors,
      BooleanSupplier cancelled) {
    /** Checks ranges. */
    public Options {
      if (threads < 0) {
        throw new IllegalArgumentException("threads must be at least 0, got " + threads);
      }
    }
  }

  /** Its name, which is that of its option on the command line, such as {@code spark}. */
  String name();

  /**
   * Does runs, several at a time, until each has a record.
   *
   * @param batches of runs that are measured together, in the order in which to start them: those
   *     of one model in a row, since a machine keeps the model it has
   * @param ended told of each record as soon as it arrives, by the calling thread; false ends the
   *     sweep, after the other records of the same batch
   * @throws IllegalArgumentException if the master's address is not one
   * @throws IllegalStateException if the sweep cannot go on, saying why
   * @throws CancellationException if asked to stop; runs that had not ended have no record
   */
  void run(List<List<PlannedRun>> batches, Options options, Predicate<RunRecord> ended);
}
