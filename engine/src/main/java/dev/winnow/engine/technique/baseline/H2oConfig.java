package dev.winnow.engine.technique.baseline;

import dev.winnow.engine.technique.TokenBudget;

/**
 * Parameters of {@link H2o}.
 *
 * @param tokenBudget {@code token_budget}: keys that a generated token reads, its own included,
 *     default 0.2; a ratio is of the tokens of the prompt and gives at least 2
 * @param recent share of the budget, in [0, 1], that the newest tokens get whatever their scores,
 *     rounded, at least one token; the heavy hitters get the rest; default 0.5
 * @param denseLayers {@code dense_layers}: first layers that keep everything, default 0
 * @param denseBelow {@code dense_below}: tokens up to which everything is kept, default 0
 */
public record H2oConfig(TokenBudget tokenBudget, double recent, int denseLayers, int denseBelow) {
  /** Checks ranges. */
  public H2oConfig {
    if (!(recent >= 0 && recent <= 1)) {
      throw new IllegalArgumentException("recent must be in [0, 1], got " + recent);
    }
    Checks.room(tokenBudget, 2, "a recent and a heavy token");
    Checks.dense(denseLayers, denseBelow);
  }

  /** The published values: a tenth of the prompt recent, a tenth heavy. */
  public static H2oConfig defaults() {
    return new H2oConfig(TokenBudget.ratio(0.2), 0.5, 0, 0);
  }

  /** The budget after a prompt of {@code tokens} tokens. */
  int budget(int tokens) {
    return Math.max(2, tokenBudget.of(tokens));
  }

  /** Tokens of {@code budget} that are the newest ones. */
  int recentOf(int budget) {
    return Math.max(1, (int) Math.round(recent * budget));
  }
}
