package dev.winnow.bench.ablate.report;

import dev.winnow.bench.ablate.RunRecord.Better;
import java.util.List;
import java.util.Optional;

/**
 * What all variants reached with one model on one task.
 *
 * @param model with its precision where the ablation has several
 * @param task label
 * @param metric name of the scores
 * @param better which scores are better
 * @param variants those with a run that succeeded, dense first, the others as they came
 */
record TaskResult(
    String model, String task, String metric, Better better, List<VariantResult> variants) {

  Optional<VariantResult> dense() {
    return variants.stream().filter(VariantResult::isDense).findFirst();
  }

  boolean higherIsBetter() {
    return better == Better.HIGHER;
  }

  /** The metric and which way is better, as a title of an axis. */
  String metricLabel() {
    return metric + (higherIsBetter() ? ", higher is better" : ", lower is better");
  }

  /** Whether {@code difference} to dense is clear and for the worse. */
  boolean isWorse(Difference difference) {
    return higherIsBetter() ? difference.mean().isBelow(0) : difference.mean().isAbove(0);
  }

  /** Whether {@code difference} to dense is clear and for the better. */
  boolean isBetter(Difference difference) {
    return higherIsBetter() ? difference.mean().isAbove(0) : difference.mean().isBelow(0);
  }
}
