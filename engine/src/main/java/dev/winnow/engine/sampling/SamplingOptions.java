package dev.winnow.engine.sampling;

/**
 * How the next token is chosen; names, meaning and defaults are Hugging Face's.
 *
 * @param doSample {@code do_sample}: draw at random, or take the most likely token
 * @param temperature {@code temperature}: divides the logits, above 0
 * @param topK {@code top_k}: most likely tokens kept, those that tie with the last one too; 0 for
 *     all
 * @param topP {@code top_p}: smallest set of most likely tokens with at least this probability, in
 *     [0, 1]
 * @param minP {@code min_p}: keeps tokens at least this fraction as likely as the most likely one,
 *     in [0, 1]
 * @param repetitionPenalty {@code repetition_penalty}: divides positive and multiplies negative
 *     logits of tokens already in the sequence, above 0; applies without sampling too
 */
public record SamplingOptions(
    boolean doSample,
    float temperature,
    int topK,
    float topP,
    float minP,
    float repetitionPenalty) {

  /** The most likely token, nothing else. */
  public static final SamplingOptions GREEDY = new SamplingOptions(false, 1, 50, 1, 0, 1);

  /** Checks ranges. */
  public SamplingOptions {
    if (!(temperature > 0) || Float.isInfinite(temperature)) {
      throw new IllegalArgumentException(
          "temperature must be > 0, got %s; for the most likely token set do_sample to false"
              .formatted(temperature));
    }
    if (topK < 0) {
      throw new IllegalArgumentException("top_k must be >= 0 (0 for all tokens), got " + topK);
    }
    if (!(topP >= 0 && topP <= 1)) {
      throw new IllegalArgumentException("top_p must be in [0, 1], got " + topP);
    }
    if (!(minP >= 0 && minP <= 1)) {
      throw new IllegalArgumentException("min_p must be in [0, 1], got " + minP);
    }
    if (!(repetitionPenalty > 0) || Float.isInfinite(repetitionPenalty)) {
      throw new IllegalArgumentException(
          "repetition_penalty must be > 0, got " + repetitionPenalty);
    }
  }
}
