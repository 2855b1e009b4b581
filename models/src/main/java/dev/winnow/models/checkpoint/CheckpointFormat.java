package dev.winnow.models.checkpoint;

import java.nio.file.Path;

/** A way checkpoints are stored; implementations register with {@code @AutoService}. */
public interface CheckpointFormat {

  /** Short name, such as {@code gguf}. */
  String name();

  /** Whether {@code path} (a folder or a file) looks like this format. */
  boolean recognises(Path path);

  /**
   * Opens and checks a checkpoint.
   *
   * @throws dev.winnow.models.CheckpointException if it is damaged or unsupported
   */
  Checkpoint open(Path path);
}
