package dev.winnow.engine.technique.baseline;

import dev.winnow.engine.technique.Claim;
import dev.winnow.engine.technique.Hook;
import dev.winnow.engine.technique.TokenBudget;
import java.util.List;

/** What the configs of several baselines check alike. */
final class Checks {
  /** More than any sequence has; sums of a few of them do not wrap around. */
  private static final int MOST = 1 << 24;

  private Checks() {}

  static void atLeast(int minimum, String key, int value) {
    if (value < minimum) {
      throw new IllegalArgumentException("%s must be >= %d, got %d".formatted(key, minimum, value));
    }
  }

  /** The layers and lengths that stay dense. */
  static void dense(int denseLayers, int denseBelow) {
    atLeast(0, "dense_layers", denseLayers);
    atLeast(0, "dense_below", denseBelow);
  }

  /**
   * That a budget in tokens has room for {@code always} tokens that are always kept.
   *
   * @param keys names of the keys that they come from
   */
  static void room(TokenBudget budget, long always, String keys) {
    if (always > MOST) {
      throw new IllegalArgumentException(
          "%s must be at most %d tokens together, got %d".formatted(keys, MOST, always));
    }
    if (!budget.isRatio() && budget.value() < always) {
      throw new IllegalArgumentException(
          "token_budget must be >= %d (%s), got %s".formatted(always, keys, budget));
    }
  }

  /** That a pooling kernel is odd, so that it has a middle. */
  static void odd(String key, int value) {
    if (value < 1 || value % 2 == 0) {
      throw new IllegalArgumentException("%s must be odd and >= 1, got %d".formatted(key, value));
    }
  }

  /** Plans of the layers behind the first {@code denseLayers}. */
  static List<Claim> claims(String technique, int denseLayers, int layers) {
    if (denseLayers >= layers) {
      throw new IllegalArgumentException(
          "technique %s: dense_layers must be below the model's %d layers, got %d"
              .formatted(technique, layers, denseLayers));
    }
    return Claim.range(Hook.PLAN, denseLayers, layers);
  }
}
