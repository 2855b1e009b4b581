package dev.winnow.engine;

import dev.winnow.engine.metrics.Ledger;
import dev.winnow.engine.metrics.RunMetrics;
import dev.winnow.engine.sampling.TokenLogProbs;
import java.util.List;

/**
 * What a generation gave.
 *
 * @param text the generated text up to a stop string, special tokens left out; empty without a
 *     tokenizer
 * @param promptIds the tokens that were continued
 * @param generatedIds the tokens generated, an end-of-sequence token included
 * @param logProbs one per generated token if {@code top_logprobs} was set, otherwise empty
 * @param finishReason why it ended
 * @param loadMs milliseconds it took to load the model
 * @param metrics how fast it ran
 * @param ledger the work it took, tokens that were computed before left out
 */
public record GenerationResult(
    String text,
    List<Integer> promptIds,
    List<Integer> generatedIds,
    List<TokenLogProbs> logProbs,
    FinishReason finishReason,
    double loadMs,
    RunMetrics metrics,
    Ledger ledger) {
  /** Copies the lists. */
  public GenerationResult {
    promptIds = List.copyOf(promptIds);
    generatedIds = List.copyOf(generatedIds);
    logProbs = List.copyOf(logProbs);
  }

  /** Token counts. */
  public Usage usage() {
    return new Usage(promptIds.size(), generatedIds.size());
  }

  /** Wall-clock times. */
  public Timings timings() {
    return new Timings(loadMs, metrics.ttftMs(), metrics.tpotMs());
  }
}
