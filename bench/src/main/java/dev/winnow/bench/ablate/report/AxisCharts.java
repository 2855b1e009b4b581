package dev.winnow.bench.ablate.report;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Scores along each parameter that variants sweep, a line for each choice of all others. */
final class AxisCharts {
  private AxisCharts() {}

  /** One chart for each parameter with two values or more. */
  static List<Chart> of(TaskResult task) {
    Set<String> axes = new LinkedHashSet<>();
    task.variants().forEach(variant -> axes.addAll(variant.axes().keySet()));
    List<Chart> charts = new ArrayList<>();
    for (String axis : axes) {
      Map<String, Map<Object, VariantResult>> lines = lines(task, axis);
      List<Object> values =
          lines.values().stream()
              .flatMap(line -> line.keySet().stream())
              .distinct()
              .sorted(byNumberThenText())
              .toList();
      if (!lines.isEmpty()) {
        charts.add(chart(task, axis, values, lines));
      }
    }
    return charts;
  }

  private static Chart chart(
      TaskResult task,
      String axis,
      List<Object> values,
      Map<String, Map<Object, VariantResult>> lines) {
    LinesChart chart = new LinesChart(task, axis, values.stream().map(String::valueOf).toList());
    task.dense()
        .ifPresent(
            dense ->
                chart.line(
                    dense.variant(), -1, true, LinesChart.constant(dense.score(), values.size())));
    int colour = 0;
    for (Map.Entry<String, Map<Object, VariantResult>> line : lines.entrySet()) {
      List<Interval> scores =
          values.stream()
              .map(value -> line.getValue().get(value))
              .map(variant -> variant == null ? Interval.NONE : variant.score())
              .toList();
      chart.line(line.getKey(), colour, colour < PlaceCharts.SHOWN, scores);
      colour++;
    }
    return chart.chart("By " + axis);
  }

  /** Lines with two points or more, by name; two variants at the same point are on two lines. */
  private static Map<String, Map<Object, VariantResult>> lines(TaskResult task, String axis) {
    Map<String, Map<Object, VariantResult>> lines = new LinkedHashMap<>();
    for (VariantResult variant : task.variants()) {
      Object value = variant.axes().get(axis);
      if (value == null) {
        continue;
      }
      Map<String, Object> others = new LinkedHashMap<>(variant.axes());
      others.remove(axis);
      String name =
          others.isEmpty()
              ? variant.technique()
              : variant.technique() + ", " + Figures.axes(others);
      String free = name;
      for (int i = 2; lines.getOrDefault(free, Map.of()).containsKey(value); i++) {
        free = name + " (" + i + ")";
      }
      lines.computeIfAbsent(free, unused -> new LinkedHashMap<>()).put(value, variant);
    }
    lines.values().removeIf(line -> line.size() < 2);
    return lines;
  }

  private static Comparator<Object> byNumberThenText() {
    return Comparator.<Object>comparingDouble(
            value -> value instanceof Number n ? n.doubleValue() : Double.POSITIVE_INFINITY)
        .thenComparing(String::valueOf);
  }
}
