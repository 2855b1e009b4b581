package dev.winnow.app;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;

/**
 * What a command talks to.
 *
 * @param in standard input
 * @param out standard output: answers, and nothing else
 * @param err standard error: progress, notes and failures
 * @param environment variables such as {@code HF_HOME}
 * @param home the user's home folder
 * @param interactive whether a person types and reads
 * @param progressBars whether standard error can redraw a line
 */
record Terminal(
    InputStream in,
    PrintStream out,
    PrintStream err,
    Map<String, String> environment,
    Path home,
    boolean interactive,
    boolean progressBars) {

  /** This process's, in UTF-8 whatever the locale. */
  static Terminal ofProcess() {
    boolean interactive = System.console() != null && System.console().isTerminal();
    return new Terminal(
        System.in,
        utf8(FileDescriptor.out),
        utf8(FileDescriptor.err),
        System.getenv(),
        Path.of(System.getProperty("user.home")),
        interactive,
        // Java cannot tell for standard error alone; the launcher can.
        Boolean.parseBoolean(System.getProperty("winnow.stderr.terminal", "" + interactive)));
  }

  private static PrintStream utf8(FileDescriptor descriptor) {
    return new PrintStream(new FileOutputStream(descriptor), true, StandardCharsets.UTF_8);
  }

  /** A line on standard error. */
  void note(String format, Object... arguments) {
    err.println(arguments.length == 0 ? format : format.formatted(arguments));
  }
}
