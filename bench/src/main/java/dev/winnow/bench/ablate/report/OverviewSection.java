package dev.winnow.bench.ablate.report;

import java.util.List;
import java.util.Optional;

/** Every variant on every task of a model at a glance. */
final class OverviewSection {
  private OverviewSection() {}

  static String html(Results results) {
    return Html.each(results.models(), model -> table(results, model));
  }

  private static String table(Results results, String model) {
    List<TaskResult> tasks = results.tasksOf(model);
    Table table = new Table(model + ": difference to dense in score, by task");
    table.column("variant", "label of what ran");
    tasks.forEach(task -> table.column(task.task(), task.metricLabel()));
    for (String variant : results.variants()) {
      if (tasks.stream().allMatch(task -> find(task, variant).isEmpty())) {
        continue;
      }
      table.heading(Html.text(variant), variant);
      tasks.forEach(task -> cell(table, task, find(task, variant)));
      table.end("");
    }
    return table.isEmpty() ? "" : table.html();
  }

  private static void cell(Table table, TaskResult task, Optional<VariantResult> found) {
    if (found.isEmpty()) {
      table.number(Double.NaN, "–", "no run", "");
      return;
    }
    VariantResult variant = found.get();
    Optional<Difference> difference = variant.difference();
    String work =
        variant.isDense()
            ? "score"
            : "KV %s, TPOT %s"
                .formatted(
                    Figures.ratio(variant.kvRatio()), Figures.ratio(variant.tpotRatio().value()));
    if (difference.isEmpty()) {
      table.number(
          variant.score().value(),
          Figures.number(variant.score().value()),
          variant.isDense() ? work : "score; no pairs with dense",
          "");
      return;
    }
    Difference d = difference.get();
    table.number(
        d.mean().value(),
        Figures.signed(d.mean().value()) + Verdict.mark(d),
        work,
        Verdict.classes(task, d));
  }

  private static Optional<VariantResult> find(TaskResult task, String variant) {
    return task.variants().stream().filter(v -> v.variant().equals(variant)).findFirst();
  }
}
