package dev.winnow.app;

import picocli.CommandLine.Option;

/** Options of suites that ask seeded questions. */
final class QuestionFlags {
  @Option(
      names = "--n",
      paramLabel = "N",
      description =
          "recall, diffuse: questions for each length (default: 200, diffuse: 100). passkey, needle,"
              + " threads, ruler: for each task, length and depth (default: 5).")
  private Integer n;

  @Option(
      names = "--seed",
      paramLabel = "N",
      description =
          "recall, diffuse, passkey, needle, threads, ruler: where the questions start (default: 1).")
  private long seed = 1;

  /** How many to ask; {@code absent} if nobody said. */
  int n(int absent) {
    return n == null ? absent : n;
  }

  long seed() {
    return seed;
  }
}
