package dev.winnow.bench.ablate.report;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;

/**
 * Quality against cost, with the front of variants that no other beats.
 *
 * @param task what quality is measured on
 * @param axis what cost is
 * @param file name of its picture
 * @param points variants with both
 * @param front those of {@code points} on the front, cheapest first
 */
record ParetoChart(
    TaskResult task,
    CostAxis axis,
    String file,
    List<VariantResult> points,
    List<VariantResult> front) {

  /** Those of a task that have two points or more. */
  static List<ParetoChart> of(TaskResult task, FileNames names) {
    List<ParetoChart> charts = new ArrayList<>();
    for (CostAxis axis : CostAxis.values()) {
      List<VariantResult> points =
          task.variants().stream()
              .filter(variant -> Double.isFinite(axis.of(variant).value()))
              .filter(variant -> Double.isFinite(variant.score().value()))
              .toList();
      if (points.size() > 1) {
        charts.add(
            new ParetoChart(
                task,
                axis,
                names.png("pareto", task, axis.key()),
                points,
                Front.of(task, variant -> axis.of(variant).value())));
      }
    }
    return charts;
  }

  String title() {
    return "%s on %s against %s".formatted(task.metric(), task.task(), axis.label());
  }

  Chart chart(List<String> techniques) {
    ObjectNode spec =
        ChartJson.object("pareto")
            .put("x", axis.label())
            .put("y", task.metricLabel())
            .put("inverse", !task.higherIsBetter());
    ArrayNode array = spec.putArray("points");
    for (VariantResult variant : points) {
      array
          .addObject()
          .put("label", variant.variant())
          .put("technique", variant.technique())
          .put("colour", techniques.indexOf(variant.technique()))
          .put("masked", variant.isMasked())
          .<ObjectNode>set("x", ChartJson.interval(axis.of(variant)))
          .set("y", ChartJson.interval(variant.score()));
    }
    ArrayNode line = spec.putArray("front");
    front.forEach(v -> line.add(ChartJson.numbers(axis.of(v).value(), v.score().value())));
    return new Chart("Against " + axis.label(), 380, spec);
  }
}
