package dev.winnow.bench.ablate.report;

import dev.winnow.bench.ablate.RunRecord.Item;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.IntStream;

/** Scores by where items lie, such as by the length of their context. */
final class PlaceCharts {
  /** Lines shown before anyone asks for more. */
  static final int SHOWN = 8;

  private PlaceCharts() {}

  /** One chart for each coordinate with two values or more. */
  static List<Chart> of(TaskResult task) {
    Set<String> names = new TreeSet<>();
    for (VariantResult variant : task.variants()) {
      variant.runs().stream()
          .flatMap(run -> run.items().stream())
          .forEach(item -> names.addAll(item.at().keySet()));
    }
    List<Chart> charts = new ArrayList<>();
    for (String name : names) {
      Places places = Places.of(task, name);
      if (places.size() > 1) {
        charts.add(chart(task, places));
      }
    }
    return charts;
  }

  private static Chart chart(TaskResult task, Places places) {
    LinesChart chart = new LinesChart(task, places.name(), places.labels());
    int colour = 0;
    for (VariantResult variant : task.variants()) {
      List<Interval> scores =
          IntStream.range(0, places.size())
              .mapToObj(place -> score(variant, item -> places.indexOf(item) == place))
              .toList();
      int index = variant.isDense() ? -1 : colour++;
      chart.line(variant.variant(), index, index < SHOWN, scores);
    }
    return chart.chart("By " + places.name());
  }

  private static Interval score(VariantResult variant, Predicate<Item> filter) {
    return MeanInterval.ofScores(Scores.of(variant.runs(), filter));
  }
}
