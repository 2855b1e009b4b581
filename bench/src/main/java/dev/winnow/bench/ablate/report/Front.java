package dev.winnow.bench.ablate.report;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** The variants that no other beats: none costs less and is at least as good, or the reverse. */
final class Front {
  private Front() {}

  /** Those of {@code variants}, cheapest first; variants whose cost or score is unknown are not. */
  static List<VariantResult> of(TaskResult task, ToDoubleFunction<VariantResult> cost) {
    double sign = task.higherIsBetter() ? 1 : -1;
    List<VariantResult> byCost =
        task.variants().stream()
            .filter(variant -> Double.isFinite(cost.applyAsDouble(variant)))
            .filter(variant -> Double.isFinite(variant.score().value()))
            .sorted(
                Comparator.comparingDouble(cost)
                    .thenComparing(variant -> -sign * variant.score().value()))
            .toList();
    List<VariantResult> front = new ArrayList<>();
    double best = Double.NEGATIVE_INFINITY;
    for (VariantResult variant : byCost) {
      double quality = sign * variant.score().value();
      if (quality > best) {
        front.add(variant);
        best = quality;
      }
    }
    return front;
  }
}
