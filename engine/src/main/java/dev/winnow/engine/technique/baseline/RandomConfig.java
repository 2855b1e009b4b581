package dev.winnow.engine.technique.baseline;

import dev.winnow.engine.technique.TokenBudget;

/**
 * Parameters of {@link RandomSelection}.
 *
 * @param tokenBudget {@code token_budget}: keys that a generated token reads, its own included, or
 *     tokens of the prompt that are kept; default 1024; a ratio is of the tokens so far and gives
 *     at least {@code sinks + window}
 * @param sinks first tokens that are always kept, default 4
 * @param window newest tokens that are always kept, at least 1, default 32
 * @param seed of the draws, default 0
 * @param mode whether it reads less or keeps less, default {@code select}
 * @param denseLayers {@code dense_layers}: first layers that stay dense, default 0
 * @param denseBelow {@code dense_below}: tokens below which it stays dense, default 0
 */
public record RandomConfig(
    TokenBudget tokenBudget,
    int sinks,
    int window,
    long seed,
    Mode mode,
    int denseLayers,
    int denseBelow) {

  /** What a draw decides. */
  public enum Mode {
    /** What each generated token reads, drawn anew for each. */
    SELECT,
    /** What is kept of a prompt, drawn once; nothing is forgotten afterwards. */
    EVICT
  }

  /** Checks ranges. */
  public RandomConfig {
    Checks.atLeast(0, "sinks", sinks);
    Checks.atLeast(1, "window", window);
    Checks.room(tokenBudget, (long) sinks + window, "sinks + window");
    Checks.dense(denseLayers, denseBelow);
  }

  /** 1024 tokens with 4 sinks and a window of 32, drawn at each step. */
  public static RandomConfig defaults() {
    return new RandomConfig(TokenBudget.tokens(1024), 4, 32, 0, Mode.SELECT, 0, 0);
  }

  /** The budget when there are {@code tokens} tokens. */
  int budget(int tokens) {
    return Math.max(sinks + window, tokenBudget.of(tokens));
  }
}
