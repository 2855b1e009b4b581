package dev.winnow.bench.spark;

/** What to say of an exception of Spark's, whose messages end in stack traces. */
final class Causes {
  private Causes() {}

  /** The first line of the innermost cause that has a message, else the name of its class. */
  static String of(Throwable thrown) {
    String message = thrown.getClass().getName();
    int depth = 0;
    for (Throwable at = thrown; at != null && depth < 20; at = at.getCause(), depth++) {
      if (at.getMessage() != null && !at.getMessage().isBlank()) {
        message = at.getMessage().strip().lines().findFirst().orElseThrow();
      }
    }
    return message;
  }
}
