package dev.winnow.bench.ablate.report;

import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** Numbers as people read them; what is not known is a dash. */
final class Figures {
  private static final String UNKNOWN = "–";

  private Figures() {}

  /** Three digits that tell, such as {@code 0.951}, {@code 25.3} or {@code 1.2e-05}. */
  static String number(double value) {
    if (Double.isNaN(value)) {
      return UNKNOWN;
    }
    if (Double.isInfinite(value)) {
      return value > 0 ? "∞" : "−∞";
    }
    double size = Math.abs(value);
    String format =
        size != 0 && size < 0.001 ? "%.1e" : size < 10 ? "%.3f" : size < 100 ? "%.1f" : "%.0f";
    return minus(String.format(Locale.ROOT, format, value));
  }

  /** A number that always has its sign. */
  static String signed(double value) {
    return (value > 0 ? "+" : "") + number(value);
  }

  /** A ratio, such as {@code × 0.25}. */
  static String ratio(double value) {
    return Double.isNaN(value) ? UNKNOWN : "× " + number(value);
  }

  /** The ends of an interval, such as {@code [0.91, 0.98]}. */
  static String ends(Interval interval) {
    return interval.known()
        ? "[" + number(interval.low()) + ", " + number(interval.high()) + "]"
        : "";
  }

  /** The ends of an interval of differences. */
  static String signedEnds(Interval interval) {
    return interval.known()
        ? "[" + signed(interval.low()) + ", " + signed(interval.high()) + "]"
        : "";
  }

  /** Floating-point operations, such as {@code 1.23 T}. */
  static String count(double value) {
    return scaled(value, 1000, " ", "", "k", "M", "G", "T", "P", "E");
  }

  /** Bytes, such as {@code 1.23 GiB}; none is a dash. */
  static String bytes(double value) {
    return scaled(value, 1024, " ", "B", "KiB", "MiB", "GiB", "TiB", "PiB");
  }

  /** A count to the last digit. */
  static String exact(double value) {
    return Double.isFinite(value) ? String.format(Locale.ROOT, "%.0f", value) : "";
  }

  /** Parameters, such as {@code token_budget 256, chunks 8}. */
  static String axes(Map<String, Object> axes) {
    return axes.entrySet().stream()
        .map(axis -> axis.getKey() + " " + axis.getValue())
        .collect(Collectors.joining(", "));
  }

  private static String scaled(double value, int step, String space, String... units) {
    if (!Double.isFinite(value)) {
      return UNKNOWN;
    }
    int unit = 0;
    double left = value;
    while (left >= step && unit < units.length - 1) {
      left /= step;
      unit++;
    }
    String digits =
        unit == 0
            ? exact(left)
            : String.format(Locale.ROOT, left < 10 ? "%.2f" : left < 100 ? "%.1f" : "%.0f", left);
    return units[unit].isEmpty() ? digits : digits + space + units[unit];
  }

  private static String minus(String text) {
    return text.startsWith("-") ? "−" + text.substring(1) : text;
  }
}
