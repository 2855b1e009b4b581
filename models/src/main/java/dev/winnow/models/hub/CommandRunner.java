package dev.winnow.models.hub;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;

/** Runs a program of the machine. */
interface CommandRunner {

  /**
   * Runs it to its end.
   *
   * @param command program and arguments; no shell is involved
   * @param timeout after which it is ended
   * @param output gets each line of its output and error output
   * @return its exit status
   * @throws IOException if there is no such program
   * @throws HubException if it took too long
   */
  int run(List<String> command, Duration timeout, Consumer<String> output)
      throws IOException, InterruptedException;
}
