package dev.winnow.app;

/** Says in one sentence why something failed. */
final class Failures {
  private Failures() {}

  static String describe(Throwable e) {
    String message = e.getMessage() == null || e.getMessage().isBlank() ? "" : e.getMessage();
    if (e instanceof OutOfMemoryError) {
      long heapMiB = Runtime.getRuntime().maxMemory() >> 20;
      return "out of memory with a heap of %d MiB (%s); try --weights int8, a smaller --max-context, or a larger heap: WINNOW_JAVA_OPTS=-Xmx%dm"
          .formatted(heapMiB, message, 2 * heapMiB);
    }
    if (e instanceof LinkageError) {
      Throwable root = e;
      while (root.getCause() != null) {
        root = root.getCause();
      }
      return "a library could not be loaded: " + root + "; --verbose shows the cause";
    }
    if (message.isEmpty()) {
      return e.getClass().getSimpleName() + "; --verbose shows where";
    }
    // Messages of our own stand alone; others need their kind to make sense.
    boolean own = e.getClass().getName().startsWith("dev.winnow.");
    boolean plain = e instanceof IllegalArgumentException || e instanceof IllegalStateException;
    return own || plain ? message : e.getClass().getSimpleName() + ": " + message;
  }
}
