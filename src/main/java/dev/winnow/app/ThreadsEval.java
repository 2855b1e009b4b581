package dev.winnow.app;

import dev.winnow.bench.text.SuiteOptions;
import picocli.CommandLine.Option;

/** Suite {@code threads}. */
final class ThreadsEval extends SeededEval {
  @Option(
      names = "--thread-length",
      paramLabel = "N",
      description =
          "threads: keys from the one that is given to the final value, in [2, 64] (default: 3).")
  private Integer length;

  @Option(
      names = "--thread-count",
      paramLabel = "N",
      description = "threads (multi): threads to follow at once, in [2, 64] (default: 2).")
  private Integer count;

  ThreadsEval() {
    super("threads", SharedFlags.Kind.TASKS);
  }

  @Override
  void addTo(SuiteOptions.Builder options) {
    if (length != null) {
      options.threadLength(length);
    }
    if (count != null) {
      options.threadCount(count);
    }
  }
}
