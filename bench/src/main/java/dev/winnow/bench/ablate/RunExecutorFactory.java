package dev.winnow.bench.ablate;

import dev.winnow.engine.CancellationToken;
import java.io.Serializable;

/** Opens what does runs, in the process where they are done: it travels there serialized. */
@FunctionalInterface
public interface RunExecutorFactory extends Serializable {

  /**
   * Opens one.
   *
   * @param threads CPU threads of a run
   * @param cancellation ends a run early; cannot be undone
   */
  RunExecutor open(int threads, CancellationToken cancellation);
}
