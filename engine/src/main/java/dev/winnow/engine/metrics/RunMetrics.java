package dev.winnow.engine.metrics;

/**
 * How fast one generation ran.
 *
 * @param ttftMs milliseconds from the request to the first token; 0 if there was none
 * @param tpotMs mean milliseconds per token after the first; 0 if there was none
 * @param prefilledTokens tokens computed before the first token, cached ones not counted
 * @param completionTokens tokens generated
 * @param peakKvBytes most bytes of keys and values the sequence held in memory, with what
 *     techniques held beside them
 * @param spilledBytes most bytes of keys and values it held in the slower tier
 * @param pagesLoaded how often a page was copied from there to memory
 * @param stages where the time of its steps went
 */
public record RunMetrics(
    double ttftMs,
    double tpotMs,
    int prefilledTokens,
    int completionTokens,
    long peakKvBytes,
    long spilledBytes,
    long pagesLoaded,
    StageTimes stages) {

  /** Prompt tokens per second up to the first token; 0 if there was none. */
  public double prefillTokensPerSecond() {
    return ttftMs > 0 ? prefilledTokens * 1000.0 / ttftMs : 0;
  }

  /** Tokens per second after the first; 0 if there was none. */
  public double decodeTokensPerSecond() {
    return tpotMs > 0 ? 1000.0 / tpotMs : 0;
  }
}
