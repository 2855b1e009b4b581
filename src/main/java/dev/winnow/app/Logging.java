package dev.winnow.app;

/** Chooses what the libraries' loggers say on standard error. */
final class Logging {
  private Logging() {}

  /** Has to run before the first logger is made. */
  static void configure(boolean verbose) {
    System.setProperty("winnow.log.level", verbose ? "INFO" : "WARN");
  }
}
