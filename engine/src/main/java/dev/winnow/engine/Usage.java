package dev.winnow.engine;

/**
 * Tokens of a generation.
 *
 * @param promptTokens tokens in the sequence before it, cached ones included
 * @param completionTokens tokens generated, an end-of-sequence token included
 */
public record Usage(int promptTokens, int completionTokens) {
  /** All tokens. */
  public int totalTokens() {
    return promptTokens + completionTokens;
  }
}
