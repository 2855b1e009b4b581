package dev.winnow.bench.ablate;

import java.io.Serializable;
import java.util.function.BooleanSupplier;

/** Opens what does runs, in the process where they are done: it travels there serialized. */
@FunctionalInterface
public interface RunExecutorFactory extends Serializable {

  /**
   * Opens one.
   *
   * @param threads CPU threads of a run
   * @param cancelled asked now and then
   */
  RunExecutor open(int threads, BooleanSupplier cancelled);
}
