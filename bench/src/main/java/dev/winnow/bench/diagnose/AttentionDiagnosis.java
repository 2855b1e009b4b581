package dev.winnow.bench.diagnose;

import dev.winnow.engine.technique.AttentionObserver;
import dev.winnow.engine.technique.Phase;
import dev.winnow.engine.technique.PlanRequest;
import dev.winnow.kernels.AttentionPlan;
import dev.winnow.kernels.HeadsView;
import dev.winnow.kernels.Kernels;
import java.util.function.Consumer;

/**
 * Shadow mode: in some steps, computes dense attention beside what a technique planned and passes
 * on what was lost. A step that is watched costs about one dense step more, so that watching one in
 * {@code every} bounds the price.
 *
 * <p>Rows that were evicted are gone for the shadow too: it tells what the plan loses of what is
 * held.
 */
public final class AttentionDiagnosis implements AttentionObserver {
  private final int every;
  private final boolean prompts;
  private final Consumer<LayerDiagnosis> consumer;
  private int steps;
  private int watched;
  private long nanos;
  private int position;

  /**
   * A diagnosis.
   *
   * @param every watches one step in so many, the first among them
   * @param prompts whether chunks of prompts are watched too, not only generated tokens
   * @param consumer gets each layer that was not dense
   * @throws IllegalArgumentException if {@code every} is less than 1
   */
  public AttentionDiagnosis(int every, boolean prompts, Consumer<LayerDiagnosis> consumer) {
    if (every < 1) {
      throw new IllegalArgumentException("diagnose_every must be >= 1, got " + every);
    }
    this.every = every;
    this.prompts = prompts;
    this.consumer = consumer;
  }

  @Override
  public boolean watches(Phase phase, int firstPosition, int rows) {
    if (phase == Phase.PREFILL && !prompts) {
      return false;
    }
    position = firstPosition;
    boolean watch = steps++ % every == 0;
    watched += watch ? 1 : 0;
    return watch;
  }

  @Override
  public void attended(PlanRequest request, AttentionPlan plan, HeadsView output, Kernels kernels) {
    if (plan == request.dense()) {
      return;
    }
    long start = System.nanoTime();
    LayerDiagnosis diagnosis;
    try (DenseShadow shadow = new DenseShadow(request, plan, kernels)) {
      diagnosis = shadow.compare(output, position);
    }
    nanos += System.nanoTime() - start;
    consumer.accept(diagnosis);
  }

  /** Steps watched so far. */
  public int watchedSteps() {
    return watched;
  }

  /** Milliseconds spent on shadows so far. */
  public double shadowMs() {
    return nanos / 1e6;
  }
}
