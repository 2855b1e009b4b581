package dev.winnow.engine.technique.baseline;

import dev.winnow.engine.technique.TokenBudget;

/**
 * Parameters of {@link SnapKv}.
 *
 * @param tokenBudget {@code token_budget}: tokens of the prompt that are kept, the window included,
 *     default 2048; a ratio is of the prompt and gives at least {@code window + 1}
 * @param window last tokens of the prompt, whose queries vote and which are kept, default 32
 * @param kernel keys over which votes are pooled, odd, default 5
 * @param pooling {@code avg} (default) or {@code max}
 * @param denseLayers {@code dense_layers}: first layers that keep everything, default 0
 * @param denseBelow {@code dense_below}: prompts of fewer tokens stay whole, default 0
 */
public record SnapKvConfig(
    TokenBudget tokenBudget,
    int window,
    int kernel,
    Pooling pooling,
    int denseLayers,
    int denseBelow) {

  /** Checks ranges. */
  public SnapKvConfig {
    Checks.atLeast(1, "window", window);
    Checks.odd("kernel", kernel);
    Checks.room(tokenBudget, window + 1L, "window and one token more");
    Checks.dense(denseLayers, denseBelow);
  }

  /** The defaults of the published code. */
  public static SnapKvConfig defaults() {
    return new SnapKvConfig(TokenBudget.tokens(2048), 32, 5, Pooling.AVG, 0, 0);
  }
}
