package dev.winnow.app;

import java.util.List;
import picocli.CommandLine.Option;

/** Which tasks of a suite. */
final class TaskFlags {
  @Option(
      names = {"--task", "--tasks"},
      split = ",",
      paramLabel = "NAME",
      description =
          "Which tasks of the suite (default: all). diffuse: sort, copy, reverse, shuffle. needle:"
              + " single, multi, clustered, conditional, sentence. threads: forward, backward,"
              + " random, multi, branched. ruler: niah_single_1, niah_single_2, niah_single_3,"
              + " niah_multikey_1, niah_multikey_2, niah_multikey_3, niah_multivalue,"
              + " niah_multiquery, vt, cwe, fwe; qa_1 and qa_2 need data sets and are not available"
              + " offline.")
  private List<String> tasks = List.of();

  /** Those named; none for all. */
  List<String> tasks() {
    return tasks;
  }
}
