package dev.winnow.bench.grid;

import dev.winnow.kernels.DType;
import java.nio.file.Path;

/** Opens another engine to compare with; found by {@link java.util.ServiceLoader}. */
public interface PeerFactory {

  /**
   * How the peer shall run.
   *
   * @param model a GGUF file
   * @param threads CPU threads
   * @param kv how keys and values are stored
   * @param context most tokens of a sequence
   */
  record Request(Path model, int threads, DType kv, int context) {}

  /** The name on the command line, such as {@code llama.cpp}. */
  String name();

  /**
   * Opens it.
   *
   * @throws IllegalStateException if it cannot run here, saying why
   */
  Contender open(Request request);
}
