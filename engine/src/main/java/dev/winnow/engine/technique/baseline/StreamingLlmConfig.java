package dev.winnow.engine.technique.baseline;

import dev.winnow.engine.technique.TokenBudget;

/**
 * Parameters of {@link StreamingLlm}.
 *
 * @param tokenBudget {@code token_budget}: keys that a generated token reads, its own included,
 *     default 516; a ratio is of the tokens so far and gives at least {@code sinks + 1}
 * @param sinks first tokens that are always kept, default 4; the rest of the budget is a window of
 *     the newest tokens
 * @param positions what positions the kept keys stand at, default {@code cache}
 * @param denseLayers {@code dense_layers}: first layers that keep everything, default 0
 * @param denseBelow {@code dense_below}: tokens up to which everything is kept, default 0
 */
public record StreamingLlmConfig(
    TokenBudget tokenBudget, int sinks, Positions positions, int denseLayers, int denseBelow) {

  /** Where kept keys stand. */
  public enum Positions {
    /** Numbered anew at every step without gaps, as the paper does: texts without end. */
    CACHE,
    /** Where they stood in the text. */
    ORIGINAL
  }

  /** Checks ranges. */
  public StreamingLlmConfig {
    Checks.atLeast(0, "sinks", sinks);
    Checks.room(tokenBudget, sinks + 1L, "sinks and at least one token of window");
    Checks.dense(denseLayers, denseBelow);
  }

  /** The published values: 4 sinks and a window of 512. */
  public static StreamingLlmConfig defaults() {
    return new StreamingLlmConfig(TokenBudget.tokens(516), 4, Positions.CACHE, 0, 0);
  }

  /** The budget when there are {@code tokens} tokens. */
  int budget(int tokens) {
    return Math.max(sinks + 1, tokenBudget.of(tokens));
  }
}
