package dev.winnow.app;

import dev.winnow.bench.text.SuiteOptions;
import picocli.CommandLine.Option;

/** Suite {@code needle}. */
final class NeedleEval extends SeededEval {
  @Option(
      names = "--keys",
      paramLabel = "N",
      description =
          "needle (multi, clustered, conditional): keys asked for at once, in [2, 64] (default: 3).")
  private Integer keys;

  NeedleEval() {
    super("needle", SharedFlags.Kind.TASKS, SharedFlags.Kind.DEPTHS, SharedFlags.Kind.TEXT);
  }

  @Override
  void addTo(SuiteOptions.Builder options) {
    if (keys != null) {
      options.keys(keys);
    }
  }
}
