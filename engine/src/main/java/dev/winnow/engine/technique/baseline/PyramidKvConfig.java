package dev.winnow.engine.technique.baseline;

import dev.winnow.engine.technique.TokenBudget;

/**
 * Parameters of {@link PyramidKv}.
 *
 * @param tokenBudget {@code token_budget}: tokens of the prompt that are kept on average over the
 *     layers, the window included, default 512; a ratio is of the prompt and gives at least {@code
 *     window + 1}
 * @param window last tokens of the prompt, whose queries vote and which are kept, default 8
 * @param kernel keys over which votes are pooled, odd, default 7
 * @param pooling {@code max} (default) or {@code avg}
 * @param beta how steep the pyramid is: the top layer keeps {@code 1 / beta} of the average,
 *     default 20
 * @param denseLayers {@code dense_layers}: first layers that keep everything, default 0
 * @param denseBelow {@code dense_below}: prompts of fewer tokens stay whole, default 0
 */
public record PyramidKvConfig(
    TokenBudget tokenBudget,
    int window,
    int kernel,
    Pooling pooling,
    int beta,
    int denseLayers,
    int denseBelow) {

  /** Checks ranges. */
  public PyramidKvConfig {
    Checks.atLeast(1, "window", window);
    Checks.odd("kernel", kernel);
    Checks.atLeast(1, "beta", beta);
    Checks.room(tokenBudget, window + 1L, "window and one token more");
    Checks.dense(denseLayers, denseBelow);
  }

  /** The values of the published code. */
  public static PyramidKvConfig defaults() {
    return new PyramidKvConfig(TokenBudget.tokens(512), 8, 7, Pooling.MAX, 20, 0, 0);
  }
}
