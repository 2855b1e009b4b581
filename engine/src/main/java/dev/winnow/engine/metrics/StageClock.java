package dev.winnow.engine.metrics;

/** Times the stages of one sequence's steps; not for use by several threads at once. */
public final class StageClock {
  private long scoring;
  private long technique;
  private long attention;
  private long step;

  /** Adds a whole step. */
  public void step(long nanos) {
    step += nanos;
  }

  /** Adds attention. */
  public void attention(long nanos) {
    attention += nanos;
  }

  /** Adds a technique's hook, with the scoring in it. */
  public void technique(long nanos) {
    technique += nanos;
  }

  /** Adds scoring that a technique did in its hook. */
  public void scoring(long nanos) {
    scoring += nanos;
  }

  /** The times so far. */
  public StageTimes snapshot() {
    return new StageTimes(scoring, technique - scoring, attention, step);
  }
}
