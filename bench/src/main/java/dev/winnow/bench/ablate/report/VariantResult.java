package dev.winnow.bench.ablate.report;

import dev.winnow.bench.ablate.RunRecord;
import dev.winnow.bench.ablate.RunRecord.Cost;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a variant reached on a task over all its seeds.
 *
 * @param runs those that succeeded, at least one
 * @param failed how many did not
 * @param scores of the items
 * @param score mean of them
 * @param difference to dense; empty for dense itself, and where there are no pairs
 * @param work executed; empty if not known
 * @param ttft time to the first token
 * @param tpot time per further token
 */
record VariantResult(
    List<RunRecord> runs,
    int failed,
    Scores scores,
    Interval score,
    Optional<Difference> difference,
    Optional<Work> work,
    Latency ttft,
    Latency tpot) {

  /** Computes all from runs of one variant and of dense on one task; {@code dense} may be empty. */
  static VariantResult of(List<RunRecord> runs, int failed, List<RunRecord> dense) {
    Scores scores = Scores.of(runs);
    boolean isDense = runs.getFirst().variant().equals(RunRecord.DENSE);
    List<RunRecord> base = isDense ? List.of() : dense;
    return new VariantResult(
        List.copyOf(runs),
        failed,
        scores,
        MeanInterval.ofScores(scores),
        Difference.between(scores, Scores.of(base)),
        Work.of(runs, dense),
        Latency.of(runs, base, Cost::ttftMs),
        Latency.of(runs, base, Cost::tpotMs));
  }

  VariantResult withDifference(Difference corrected) {
    return new VariantResult(runs, failed, scores, score, Optional.of(corrected), work, ttft, tpot);
  }

  String variant() {
    return first().variant();
  }

  String technique() {
    return first().technique();
  }

  Map<String, Object> axes() {
    return first().axes();
  }

  boolean isDense() {
    return variant().equals(RunRecord.DENSE);
  }

  boolean isMasked() {
    return work.map(Work::masked).orElse(false);
  }

  /** {@code dense}; {@code masked} where nothing is saved; {@code gathered} where it is. */
  String execution() {
    return isDense() ? RunRecord.DENSE : isMasked() ? "masked" : "gathered";
  }

  double flopsRatio() {
    return work.map(Work::flopsRatio).orElse(Double.NaN);
  }

  double kvRatio() {
    return work.map(Work::kvRatio).orElse(Double.NaN);
  }

  /** Time per further token over dense; 1 with no interval for dense itself. */
  Interval tpotRatio() {
    return isDense() && tpot.milliseconds().known() ? new Interval(1, 1, 1) : tpot.toDense();
  }

  private RunRecord first() {
    return runs.getFirst();
  }
}
