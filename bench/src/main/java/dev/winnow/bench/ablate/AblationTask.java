package dev.winnow.bench.ablate;

import dev.winnow.bench.ablate.RunRecord.Better;
import java.util.List;

/**
 * Something an ablation measures. Its keys in a configuration are the components of a record; a new
 * one is a class and a line in {@link AblationTasks}.
 *
 * @param <P> its parameters; components have a {@link KeyDoc}, and their ranges are checked by the
 *     record
 */
public interface AblationTask<P extends Record> {

  /** Its name in configurations. */
  String suite();

  /** What it measures, in one sentence. */
  String summary();

  /** Its parameters where a configuration says nothing; null for a file that has to be named. */
  P defaults();

  /** What a score is. */
  String metric(P parameters);

  /** Which scores are better. */
  Better better(P parameters);

  /** Whether contexts and questions come from the seed; otherwise one seed is enough. */
  default boolean seeded() {
    return true;
  }

  /**
   * Whether runs of one model, task and seed are measured together, their repetitions in turn, so
   * that a machine that slows down slows all of them.
   */
  default boolean alternates() {
    return false;
  }

  /**
   * Refuses parameters that are wrong together, or files that cannot be read.
   *
   * @throws IllegalArgumentException naming the key, what was got and what is allowed
   */
  default void check(P parameters) {}

  /**
   * Measures one variant.
   *
   * @throws IllegalArgumentException if the task does not suit the model
   */
  void measure(P parameters, Measurement run);

  /** Measures variants together; a failure of one is its own. */
  default void measureTogether(P parameters, List<Measurement> runs) {
    runs.forEach(run -> run.attempt(() -> measure(parameters, run)));
  }
}
