package dev.winnow.bench.ablate.report;

import dev.winnow.bench.ablate.RunRecord.Item;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.DoubleStream;

/** The values of a coordinate, or ranges of them where there are many. */
final class Places {
  private static final int MOST = 24;
  private static final int RANGES = 12;

  private final String name;

  /** Ascending: the values themselves, or the lower ends of ranges. */
  private final double[] starts;

  private final List<String> labels;
  private final boolean exact;

  private Places(String name, double[] starts, List<String> labels, boolean exact) {
    this.name = name;
    this.starts = starts;
    this.labels = labels;
    this.exact = exact;
  }

  /** Those that the items of a task have. */
  static Places of(TaskResult task, String name) {
    double[] values =
        task.variants().stream()
            .flatMap(variant -> variant.runs().stream())
            .flatMap(run -> run.items().stream())
            .map(item -> item.at().get(name))
            .filter(value -> value != null && Double.isFinite(value))
            .mapToDouble(Double::doubleValue)
            .distinct()
            .sorted()
            .toArray();
    if (values.length <= MOST) {
      return new Places(
          name, values, DoubleStream.of(values).mapToObj(Places::label).toList(), true);
    }
    double least = values[0];
    double width = (values[values.length - 1] - least) / RANGES;
    double[] starts = new double[RANGES];
    List<String> labels = new ArrayList<>();
    for (int i = 0; i < RANGES; i++) {
      starts[i] = least + i * width;
      labels.add(label(starts[i]) + "…" + label(least + (i + 1) * width));
    }
    return new Places(name, starts, labels, false);
  }

  String name() {
    return name;
  }

  int size() {
    return starts.length;
  }

  List<String> labels() {
    return labels;
  }

  /** Which place the item lies at; -1 if it has no such coordinate. */
  int indexOf(Item item) {
    Double value = item.at().get(name);
    if (value == null || !Double.isFinite(value)) {
      return -1;
    }
    int found = Arrays.binarySearch(starts, value);
    return found >= 0 ? found : exact ? -1 : -found - 2;
  }

  private static String label(double value) {
    return new BigDecimal(value).round(new MathContext(4)).stripTrailingZeros().toPlainString();
  }
}
