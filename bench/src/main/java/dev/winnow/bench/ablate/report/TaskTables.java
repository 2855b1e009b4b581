package dev.winnow.bench.ablate.report;

import java.util.Optional;

/** Tables of a task: quality and latency, and work executed beside dense and the bound. */
final class TaskTables {
  private final TaskResult task;
  private final ForestPlot forest;

  TaskTables(TaskResult task) {
    this.task = task;
    this.forest =
        new ForestPlot(
            task.variants().stream().flatMap(variant -> variant.difference().stream()).toList());
  }

  String quality() {
    Table table =
        new Table("Quality and latency, with 95 % intervals")
            .column("variant", "label of what ran, and what it sweeps")
            .column("score", task.metricLabel())
            .column("n", "items over all seeds")
            .column("difference to dense", "mean over pairs of the same item")
            .column("", "the difference and its interval; the line is no difference")
            .column("effect", "Cohen's d of the paired differences; right answers lost and gained")
            .column("FLOPs", "executed over dense")
            .column("KV bytes", "read over dense")
            .column("TTFT, ms", "median time to the first token")
            .column("TTFT / dense", "median ratio of the same answers")
            .column("TPOT, ms", "median time per further token")
            .column("TPOT / dense", "median ratio of the same answers");
    for (VariantResult variant : task.variants()) {
      name(table, variant);
      table.number(
          variant.score().value(),
          Figures.number(variant.score().value()),
          Figures.ends(variant.score()),
          "");
      int items = variant.scores().pooled().length;
      table.number(items, String.valueOf(items), seeds(variant), "");
      difference(table, variant);
      table.number(variant.flopsRatio(), Figures.ratio(variant.flopsRatio()));
      table.number(variant.kvRatio(), Figures.ratio(variant.kvRatio()));
      latency(table, variant.ttft());
      latency(table, variant.tpot());
      table.end(variant.isDense() ? "dense" : "");
    }
    return table.html();
  }

  String work() {
    Table table =
        new Table("Work: executed, dense, and the bound")
            .column("variant", "label of what ran")
            .column("FLOPs executed", "floating-point operations, counted")
            .column("FLOPs dense", "of dense execution of the same tokens")
            .column("ratio", "executed over dense")
            .column("KV bytes executed", "bytes of keys and values read, those to choose included")
            .column("KV bytes dense", "of dense execution of the same tokens")
            .column("ratio", "executed over dense")
            .column(
                "bound on time", "the lesser of both ratios: the least that saved work explains")
            .column("time / dense", "whole runs over dense ones of the same seeds")
            .column("peak KV", "the most bytes of keys and values held by a sequence")
            .column("peak KV dense", "of the dense runs");
    for (VariantResult variant : task.variants()) {
      Optional<Work> found = variant.work();
      if (found.isPresent()) {
        Work work = found.get();
        name(table, variant);
        table
            .exact(work.flops(), Figures.count(work.flops()))
            .exact(work.denseFlops(), Figures.count(work.denseFlops()))
            .number(work.flopsRatio(), Figures.ratio(work.flopsRatio()))
            .exact(work.kvBytes(), Figures.bytes(work.kvBytes()))
            .exact(work.denseKvBytes(), Figures.bytes(work.denseKvBytes()))
            .number(work.kvRatio(), Figures.ratio(work.kvRatio()))
            .number(work.bound(), "≥ " + Figures.ratio(work.bound()))
            .number(work.wallRatio(), Figures.ratio(work.wallRatio()))
            .exact(work.peakKvBytes(), measured(work.peakKvBytes()))
            .exact(work.densePeakKvBytes(), measured(work.densePeakKvBytes()));
        table.end(variant.isDense() ? "dense" : "");
      }
    }
    return table.isEmpty() ? Html.textTag("p", "No run says what it executed.") : table.html();
  }

  private static void name(Table table, VariantResult variant) {
    String axes = Figures.axes(variant.axes());
    String masked =
        variant.isMasked() ? Html.textTag("small", "execution: masked", "class", "masked") : "";
    table.heading(
        Html.text(variant.variant()) + (axes.isEmpty() ? "" : Html.textTag("small", axes)) + masked,
        variant.variant());
  }

  private static String seeds(VariantResult variant) {
    int seeds = variant.scores().seeds();
    String text = seeds == 1 ? "1 seed" : seeds + " seeds";
    return variant.failed() == 0 ? text : text + ", " + variant.failed() + " failed";
  }

  private void difference(Table table, VariantResult variant) {
    Optional<Difference> found = variant.difference();
    if (found.isEmpty()) {
      table.number(Double.NaN, "–", variant.isDense() ? "" : "no pairs", "");
      table.number(Double.NaN, "");
      table.number(Double.NaN, "–");
      return;
    }
    Difference d = found.get();
    String classes = Verdict.classes(task, d);
    table.number(
        d.mean().value(),
        Figures.signed(d.mean().value()) + Verdict.mark(d),
        Figures.signedEnds(d.mean()),
        classes);
    table.cell(d.mean().value(), forest.row(d.mean(), classes), "");
    String effect =
        Double.isFinite(d.cohensD()) ? "d " + Figures.signed(d.cohensD()) : "d not defined";
    String answers =
        d.answers().map(a -> "%d lost, %d gained".formatted(a.lost(), a.gained())).orElse("");
    table.number(
        d.cohensD(),
        effect,
        d.pairs() < variant.scores().pooled().length
            ? (answers + " of " + d.pairs() + " pairs").strip()
            : answers,
        "");
  }

  private static void latency(Table table, Latency latency) {
    table.number(
        latency.milliseconds().value(),
        Figures.number(latency.milliseconds().value()),
        Figures.ends(latency.milliseconds()),
        "");
    Interval ratio = latency.toDense();
    table.number(
        ratio.value(),
        Figures.ratio(ratio.value()),
        Figures.ends(ratio) + (!ratio.known() || latency.paired() ? "" : " unpaired"),
        ratio.known() ? Verdict.classes(ratio) : "");
  }

  private static String measured(double bytes) {
    return bytes > 0 ? Figures.bytes(bytes) : "–";
  }
}
