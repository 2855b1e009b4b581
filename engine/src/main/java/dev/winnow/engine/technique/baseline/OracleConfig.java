package dev.winnow.engine.technique.baseline;

import dev.winnow.engine.technique.TokenBudget;

/**
 * Parameters of {@link Oracle}.
 *
 * @param tokenBudget {@code token_budget}: keys that a generated token reads, default 1024; a ratio
 *     is of the tokens so far
 * @param unit what is chosen, default {@code token}
 * @param page tokens of a page when {@code unit} is {@code page}, default 16
 * @param lists who has a choice of its own, default {@code query_head}
 * @param denseLayers {@code dense_layers}: first layers that stay dense, default 0
 * @param denseBelow {@code dense_below}: tokens below which it stays dense, default 0
 */
public record OracleConfig(
    TokenBudget tokenBudget, Unit unit, int page, Lists lists, int denseLayers, int denseBelow) {

  /** What is chosen. */
  public enum Unit {
    /** The keys of largest probability. */
    TOKEN,
    /** The pages whose keys have the largest probability together. */
    PAGE
  }

  /** Who has a choice of its own. */
  public enum Lists {
    /** Every query head. */
    QUERY_HEAD,
    /** Every KV head, by the mean probability over the query heads of its group. */
    KV_HEAD
  }

  /** Checks ranges. */
  public OracleConfig {
    Checks.atLeast(1, "page", page);
    if (unit == Unit.PAGE) {
      Checks.room(tokenBudget, page, "page");
    }
    Checks.dense(denseLayers, denseBelow);
  }

  /** 1024 tokens for each query head. */
  public static OracleConfig defaults() {
    return new OracleConfig(TokenBudget.tokens(1024), Unit.TOKEN, 16, Lists.QUERY_HEAD, 0, 0);
  }
}
