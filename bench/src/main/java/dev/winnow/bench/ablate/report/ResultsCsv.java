package dev.winnow.bench.ablate.report;

import dev.winnow.bench.Csv;
import dev.winnow.bench.ablate.report.Difference.Answers;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

/**
 * A line for each model, task and variant as RFC 4180 CSV, with all figures to their last digit; a
 * cell that does not apply is empty. Swept parameters are columns named {@code axis.NAME}.
 */
final class ResultsCsv {
  private final List<Column> columns = new ArrayList<>();
  private final List<Entry> entries = new ArrayList<>();

  private ResultsCsv(Results results) {
    for (TaskResult task : results.tasks()) {
      task.variants().forEach(variant -> entries.add(new Entry(task, variant)));
    }
    identity();
    interval("score", e -> e.variant().score());
    difference();
    work();
    latency("ttft", e -> e.variant().ttft());
    latency("tpot", e -> e.variant().tpot());
    entries.stream()
        .flatMap(e -> e.variant().axes().keySet().stream())
        .distinct()
        .forEach(
            axis ->
                text(
                    "axis." + axis,
                    e -> String.valueOf(e.variant().axes().getOrDefault(axis, ""))));
  }

  static String of(Results results) {
    ResultsCsv csv = new ResultsCsv(results);
    StringBuilder text = new StringBuilder(Csv.line(csv.columns.stream().map(Column::name)));
    for (Entry entry : csv.entries) {
      text.append(Csv.line(csv.columns.stream().map(column -> column.cell().apply(entry))));
    }
    return text.toString();
  }

  private record Entry(TaskResult task, VariantResult variant) {}

  private record Column(String name, Function<Entry, String> cell) {}

  private void identity() {
    text("model", e -> e.task().model());
    text("task", e -> e.task().task());
    text("variant", e -> e.variant().variant());
    text("technique", e -> e.variant().technique());
    text("execution", e -> e.variant().execution());
    text("metric", e -> e.task().metric());
    text("better", e -> e.task().better().name().toLowerCase(Locale.ROOT));
    count("seeds", e -> e.variant().scores().seeds());
    count("items", e -> e.variant().scores().pooled().length);
    count("failed_runs", e -> e.variant().failed());
  }

  private void difference() {
    interval(
        "difference", e -> e.variant().difference().map(Difference::mean).orElse(Interval.NONE));
    count("pairs", e -> e.variant().difference().map(Difference::pairs).orElse(0));
    ofDifference("cohens_d", Difference::cohensD);
    ofDifference("answers_lost", d -> d.answers().map(Answers::lost).orElse(null));
    ofDifference("answers_gained", d -> d.answers().map(Answers::gained).orElse(null));
    ofDifference("matched_odds_ratio", d -> d.answers().map(Answers::oddsRatio).orElse(null));
    ofDifference("p", Difference::p);
    ofDifference("p_holm", Difference::corrected);
  }

  private void work() {
    executed("flops", Work::flops);
    executed("dense_flops", Work::denseFlops);
    number("flops_ratio", e -> e.variant().flopsRatio());
    executed("kv_bytes", Work::kvBytes);
    executed("dense_kv_bytes", Work::denseKvBytes);
    number("kv_ratio", e -> e.variant().kvRatio());
    executed("peak_kv_bytes", Work::peakKvBytes);
    executed("dense_peak_kv_bytes", Work::densePeakKvBytes);
    number("time_bound_ratio", e -> e.variant().work().map(Work::bound).orElse(Double.NaN));
    number("wall_ratio", e -> e.variant().work().map(Work::wallRatio).orElse(Double.NaN));
  }

  private void latency(String name, Function<Entry, Latency> latency) {
    interval(name + "_ms", latency.andThen(Latency::milliseconds));
    interval(name + "_ratio", latency.andThen(Latency::toDense));
    text(
        name + "_paired",
        latency.andThen(l -> l.toDense().known() ? String.valueOf(l.paired()) : ""));
  }

  private void interval(String name, Function<Entry, Interval> interval) {
    number(name, e -> interval.apply(e).value());
    number(name + "_low", e -> interval.apply(e).low());
    number(name + "_high", e -> interval.apply(e).high());
  }

  private void ofDifference(String name, Function<Difference, Number> part) {
    text(
        name,
        e ->
            e.variant()
                .difference()
                .map(part)
                .filter(value -> Double.isFinite(value.doubleValue()))
                .map(String::valueOf)
                .orElse(""));
  }

  private void executed(String name, ToDoubleFunction<Work> part) {
    text(name, e -> e.variant().work().map(w -> Figures.exact(part.applyAsDouble(w))).orElse(""));
  }

  private void count(String name, Function<Entry, Integer> part) {
    text(name, e -> part.apply(e).toString());
  }

  private void number(String name, ToDoubleFunction<Entry> part) {
    text(
        name,
        e -> {
          double value = part.applyAsDouble(e);
          return Double.isFinite(value) ? String.valueOf(value) : "";
        });
  }

  private void text(String name, Function<Entry, String> cell) {
    columns.add(new Column(name, cell));
  }
}
