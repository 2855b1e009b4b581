package dev.winnow.bench.ablate.report;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Arrays;
import java.util.List;
import java.util.stream.DoubleStream;

/**
 * A table of values as colours.
 *
 * @param title whose values they are
 * @param file name of its picture
 * @param x title of the columns
 * @param columns their labels
 * @param y title of the rows
 * @param rows their labels, the first on top
 * @param values {@code [rows][columns]}; NaN where there is none
 * @param low value of the least colour
 * @param high value of the most colour
 * @param highIsGood whether high values are the bright ones
 * @param missing what a cell without a value means
 */
record HeatMap(
    String title,
    String file,
    String x,
    List<String> columns,
    String y,
    List<String> rows,
    double[][] values,
    double low,
    double high,
    boolean highIsGood,
    String missing) {

  /** Whether there is nothing to draw. */
  boolean isEmpty() {
    return Arrays.stream(values).flatMapToDouble(DoubleStream::of).noneMatch(Double::isFinite);
  }

  Chart chart() {
    ObjectNode spec =
        ChartJson.object("heat")
            .put("x", x)
            .put("y", y)
            .put("low", low)
            .put("high", high)
            .put("highIsGood", highIsGood)
            .put("missing", missing);
    spec.set("columns", ChartJson.texts(columns));
    spec.set("rows", ChartJson.texts(rows));
    ArrayNode array = spec.putArray("values");
    for (double[] row : values) {
      array.add(ChartJson.numbers(row));
    }
    return new Chart(title, Math.max(220, Math.min(900, 130 + 26 * rows.size())), spec);
  }
}
