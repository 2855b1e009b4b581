package dev.winnow.bench.ablate.report;

import java.util.List;
import java.util.Locale;
import java.util.stream.DoubleStream;

/**
 * Differences to dense as dots with their intervals, on one scale for all rows of a table; the line
 * in the middle is no difference.
 */
final class ForestPlot {
  private static final double WIDTH = 120;
  private static final double MIDDLE = 9;

  private final double scale;

  /** On the scale that the widest of {@code differences} fits. */
  ForestPlot(List<Difference> differences) {
    double widest =
        differences.stream()
            .flatMapToDouble(d -> DoubleStream.of(d.mean().low(), d.mean().high()))
            .filter(Double::isFinite)
            .map(Math::abs)
            .max()
            .orElse(0);
    scale = widest > 0 ? (WIDTH / 2 - 6) / widest : 0;
  }

  /** One row, in the colour that {@code classes} give. */
  String row(Interval difference, String classes) {
    String label = Figures.signed(difference.value()) + " " + Figures.signedEnds(difference);
    return Html.tag(
        "svg",
        line(WIDTH / 2, 0, WIDTH / 2, 2 * MIDDLE, "zero")
            + line(x(difference.low()), MIDDLE, x(difference.high()), MIDDLE, "bar")
            + Html.tag("circle", "", "cx", at(x(difference.value())), "cy", at(MIDDLE), "r", "4"),
        "class",
        "forest " + classes,
        "viewBox",
        "0 0 %s %s".formatted(at(WIDTH), at(2 * MIDDLE)),
        "role",
        "img",
        "aria-label",
        label);
  }

  private double x(double difference) {
    return WIDTH / 2 + (Double.isFinite(difference) ? scale * difference : 0);
  }

  private static String line(double x1, double y1, double x2, double y2, String classes) {
    return Html.tag(
        "line", "", "class", classes, "x1", at(x1), "y1", at(y1), "x2", at(x2), "y2", at(y2));
  }

  private static String at(double value) {
    return String.format(Locale.ROOT, "%.1f", value);
  }
}
