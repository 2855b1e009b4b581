package dev.winnow.engine.metrics;

/**
 * Where the time of a sequence's steps went, in nanoseconds.
 *
 * @param scoringNanos scoring keys, blocks and votes, and ranking keys where that is one kernel
 * @param selectionNanos the rest of what techniques do: other ranking, lists, plans, bookkeeping
 * @param attentionNanos attention over what was selected
 * @param stepNanos whole steps, these included
 */
public record StageTimes(
    long scoringNanos, long selectionNanos, long attentionNanos, long stepNanos) {

  /** Matrix products, rotations, storing keys and values, and everything else. */
  public long restNanos() {
    return stepNanos - scoringNanos - selectionNanos - attentionNanos;
  }

  /** What was spent since {@code earlier}. */
  public StageTimes minus(StageTimes earlier) {
    return new StageTimes(
        scoringNanos - earlier.scoringNanos,
        selectionNanos - earlier.selectionNanos,
        attentionNanos - earlier.attentionNanos,
        stepNanos - earlier.stepNanos);
  }
}
