package dev.winnow.models.hub;

/** Told how a download goes, on the thread that downloads; does nothing by default. */
public interface ProgressListener {

  /** A listener that ignores everything. */
  static ProgressListener silent() {
    return new ProgressListener() {};
  }

  /**
   * A file is next.
   *
   * @param name name within the repository, such as {@code model.safetensors}
   * @param size bytes in all
   * @param present bytes already here: 0 for a fresh download, {@code size} when it is cached
   */
  default void fileStarted(String name, long size, long present) {}

  /** Bytes of the current file arrived; negative when what was there had to be thrown away. */
  default void advanced(long bytes) {}

  /** The file is complete, checked and visible. */
  default void fileFinished(String name) {}

  /** A line about what is happening, such as a retry or the output of {@code pip}. */
  default void status(String line) {}
}
