package dev.winnow.engine.config;

import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;

/** The files that are being read because one includes the next: neither in circles nor endless. */
public final class IncludeChain {
  private static final int MAX_FILES = 64;

  private final Deque<Path> open = new ArrayDeque<>();
  private int files;

  /**
   * Makes {@code file} one more file to read, before it is opened.
   *
   * @throws ConfigException if it is being read already, or there are too many
   */
  public void check(Path file) {
    if (open.contains(identity(file))) {
      throw new ConfigException(
          "%s: include leads back to a file that is being read: %s"
              .formatted(open.getLast(), file));
    }
    if (++files > MAX_FILES) {
      throw new ConfigException(
          "%s: include leads to more than %d files".formatted(file, MAX_FILES));
    }
  }

  /** Does {@code reading} with what {@code file} includes. */
  public void within(Path file, Runnable reading) {
    open.addLast(identity(file));
    reading.run();
    open.removeLast();
  }

  /** Whether no file is being read. */
  public boolean isEmpty() {
    return open.isEmpty();
  }

  private static Path identity(Path file) {
    return file.toAbsolutePath().normalize();
  }
}
