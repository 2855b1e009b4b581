package dev.winnow.engine.loop;

import dev.winnow.engine.sampling.Sampler;
import dev.winnow.engine.sampling.TokenLogProbs;
import dev.winnow.engine.technique.Phase;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/**
 * Generates tokens of one sequence: compute what waits, sample, append. The newest token waits
 * until the one after it is asked for, so the last one of all is never computed in vain.
 */
public final class GenerationLoop {

  /**
   * A token that was generated.
   *
   * @param logProbs as asked for
   */
  public record Token(int id, Optional<TokenLogProbs> logProbs) {}

  private final Sequence sequence;
  private final Prefill prefill;
  private final Sampler sampler;
  private final int topLogProbs;
  private final float[] logits;
  private Phase phase;

  GenerationLoop(
      Sequence sequence, Prefill prefill, Sampler sampler, int topLogProbs, int vocabSize) {
    this.sequence = sequence;
    this.prefill = prefill;
    this.sampler = sampler;
    this.topLogProbs = topLogProbs;
    this.logits = new float[vocabSize];
    // Going on after a generation is decoding from the first token.
    this.phase = sequence.awaitsGenerated() ? Phase.DECODE : Phase.PREFILL;
    for (int id : sequence.ids(0, sequence.length())) {
      sampler.observe(id);
    }
    if (sequence.computed() == sequence.length()) {
      // Logits of the last token are needed again: cheaper to recompute than to keep for everyone.
      sequence.forgetComputed(sequence.length() - 1);
    }
  }

  /** The next token, appended to the sequence; empty if cancelled or closed before it was known. */
  public Optional<Token> next(BooleanSupplier cancelled) {
    if (!prefill.last(sequence, phase, cancelled, logits)) {
      return Optional.empty();
    }
    int id = sampler.next(logits);
    sampler.observe(id);
    sequence.appendGenerated(id);
    phase = Phase.DECODE;
    return Optional.of(
        new Token(
            id,
            topLogProbs < 0
                ? Optional.empty()
                : Optional.of(Sampler.logProbs(logits, id, topLogProbs))));
  }
}
