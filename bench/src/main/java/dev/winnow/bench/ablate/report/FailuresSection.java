package dev.winnow.bench.ablate.report;

import dev.winnow.bench.ablate.RunRecord;

/** Runs that failed, and why. */
final class FailuresSection {
  private FailuresSection() {}

  static String html(Results results) {
    if (results.failed().isEmpty()) {
      return Html.textTag("p", "None.");
    }
    Table table =
        new Table("Failed runs")
            .column("model", "as it was named")
            .column("variant", "label of what ran")
            .column("task", "what was measured")
            .column("seed", "of contexts and questions")
            .column("cause", "why it failed")
            .column("run", "its id");
    for (RunRecord run : results.failed()) {
      table
          .text(run.model())
          .text(run.variant())
          .text(run.task())
          .number(run.seed(), String.valueOf(run.seed()))
          .text(run.error().orElseThrow())
          .text(run.id());
      table.end("failed");
    }
    return table.html();
  }
}
