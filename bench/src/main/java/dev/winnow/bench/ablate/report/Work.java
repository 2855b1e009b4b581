package dev.winnow.bench.ablate.report;

import dev.winnow.bench.ablate.RunRecord;
import dev.winnow.bench.ablate.RunRecord.Cost;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

/**
 * What a variant executed over all seeds, counted and not estimated.
 *
 * @param flops floating-point operations executed
 * @param denseFlops those of dense execution of the same tokens
 * @param kvBytes bytes of keys and values read
 * @param denseKvBytes those of dense execution
 * @param peakKvBytes the most bytes of keys and values held by a sequence; 0 if not measured
 * @param densePeakKvBytes that of the dense runs; 0 if not measured
 * @param wallRatio time of the runs over that of dense ones from the same seeds; NaN without any
 * @param masked whether techniques only masked what they would evict
 */
record Work(
    double flops,
    double denseFlops,
    double kvBytes,
    double denseKvBytes,
    double peakKvBytes,
    double densePeakKvBytes,
    double wallRatio,
    boolean masked) {

  /** Of runs that succeeded; empty if none says what it took. */
  static Optional<Work> of(List<RunRecord> variant, List<RunRecord> dense) {
    List<Cost> costs = costs(variant);
    if (costs.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        new Work(
            sum(costs, Cost::flops),
            sum(costs, Cost::denseFlops),
            sum(costs, Cost::kvBytes),
            sum(costs, Cost::denseKvBytes),
            peak(costs),
            peak(costs(dense)),
            wallRatio(variant, dense),
            costs.stream().anyMatch(Cost::masked)));
  }

  /** Executed over dense floating-point operations; NaN if dense has none. */
  double flopsRatio() {
    return ratio(flops, denseFlops);
  }

  /** Executed over dense bytes of keys and values; NaN if dense reads none. */
  double kvRatio() {
    return ratio(kvBytes, denseKvBytes);
  }

  /**
   * The least ratio of times that the work saved alone explains, whatever limits the machine: a run
   * bound by arithmetic cannot gain more than its operations, one bound by memory not more than its
   * bytes. Weights are read in full, so that real runs stay above it.
   */
  double bound() {
    double kv = kvRatio();
    return Double.isNaN(kv) ? flopsRatio() : Math.min(flopsRatio(), kv);
  }

  private static double ratio(double executed, double dense) {
    return dense > 0 ? executed / dense : Double.NaN;
  }

  private static List<Cost> costs(List<RunRecord> runs) {
    return runs.stream().flatMap(run -> run.cost().stream()).toList();
  }

  private static double sum(List<Cost> costs, ToDoubleFunction<Cost> part) {
    return costs.stream().mapToDouble(part).sum();
  }

  private static double peak(List<Cost> costs) {
    return costs.stream().mapToDouble(Cost::peakKvBytes).max().orElse(0);
  }

  private static double wallRatio(List<RunRecord> variant, List<RunRecord> dense) {
    Map<Long, Double> base =
        dense.stream()
            .collect(Collectors.toMap(RunRecord::seed, RunRecord::wallMs, (first, last) -> last));
    List<RunRecord> shared = variant.stream().filter(run -> base.containsKey(run.seed())).toList();
    return ratio(
        shared.stream().mapToDouble(RunRecord::wallMs).sum(),
        shared.stream().mapToDouble(run -> base.get(run.seed())).sum());
  }
}
