package dev.winnow.engine.technique.baseline;

import dev.winnow.engine.technique.TokenBudget;

/**
 * Parameters of {@link Quest}.
 *
 * @param tokenBudget {@code token_budget}: keys that a generated token reads, default 1024, in
 *     whole pages and at least 3 of them; a ratio is of the tokens so far
 * @param page tokens of a page, default 16
 * @param openPage {@code open_page}: whether the newest page is always among those read, as in the
 *     published kernels (default); the published evaluation code leaves it to its score
 * @param denseLayers {@code dense_layers}: first layers that stay dense, default 2
 * @param denseBelow {@code dense_below}: tokens below which it stays dense, default 0
 */
public record QuestConfig(
    TokenBudget tokenBudget, int page, boolean openPage, int denseLayers, int denseBelow) {
  private static final int LEAST_PAGES = 3;

  /** Checks ranges. */
  public QuestConfig {
    Checks.atLeast(2, "page", page);
    Checks.room(tokenBudget, (long) LEAST_PAGES * page, "3 pages");
    Checks.dense(denseLayers, denseBelow);
  }

  /** The published values at a budget of 1024. */
  public static QuestConfig defaults() {
    return new QuestConfig(TokenBudget.tokens(1024), 16, true, 2, 0);
  }

  /** Pages to read when there are {@code tokens} tokens. */
  int pages(int tokens) {
    return Math.max(LEAST_PAGES, tokenBudget.of(tokens) / page);
  }
}
