package dev.winnow.bench.ablate.report;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** Scores along something, a line with a band of intervals for each of several series. */
final class LinesChart {
  private final ObjectNode spec;
  private final ArrayNode series;
  private final List<String> labels;

  /**
   * @param x title of the axis
   * @param labels of the places along it, in order
   */
  LinesChart(TaskResult task, String x, Collection<String> labels) {
    this.labels = List.copyOf(labels);
    spec =
        ChartJson.object("lines")
            .put("x", x)
            .put("y", task.metricLabel())
            .put("inverse", !task.higherIsBetter())
            .set("labels", ChartJson.texts(labels));
    series = spec.putArray("series");
  }

  /**
   * Adds a line.
   *
   * @param colour index in the palette; negative for dense
   * @param shown whether it is shown before anyone asks
   * @param scores one for each label; unknown ones are gaps
   */
  LinesChart line(String name, int colour, boolean shown, List<Interval> scores) {
    if (scores.size() != labels.size()) {
      throw new IllegalArgumentException(
          "%d scores for %d labels".formatted(scores.size(), labels.size()));
    }
    ArrayNode points =
        series
            .addObject()
            .put("name", name)
            .put("colour", colour)
            .put("shown", shown)
            .putArray("points");
    scores.forEach(score -> points.add(ChartJson.interval(score)));
    return this;
  }

  Chart chart(String title) {
    return new Chart(title, 340, spec);
  }

  /** Every place with the same score, as dense has along what it does not use. */
  static List<Interval> constant(Interval score, int places) {
    List<Interval> scores = new ArrayList<>();
    for (int i = 0; i < places; i++) {
      scores.add(score);
    }
    return scores;
  }
}
