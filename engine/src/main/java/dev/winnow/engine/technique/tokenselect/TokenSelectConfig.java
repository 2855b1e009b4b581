package dev.winnow.engine.technique.tokenselect;

import com.fasterxml.jackson.annotation.JsonCreator;
import dev.winnow.engine.technique.TokenBudget;
import java.util.Locale;

/**
 * Parameters of {@link TokenSelect}; their names in a config are those in code font.
 *
 * @param tokenBudget {@code token_budget}: tokens that attention reads, sinks and window included,
 *     default 2688; of a ratio at least one token is voted for
 * @param sinks {@code sinks}: first tokens, always read, default 128
 * @param window {@code window}: last tokens, always read, at least {@code prefill_rows}, default
 *     512
 * @param lists {@code lists}: who shares what was voted for, default {@code per_layer}
 * @param positions {@code positions}: where selected keys stand, default {@code compact}
 * @param vote {@code vote}: how heads agree, default {@code soft}
 * @param kvMap {@code kv_map}: which key head a query head votes by, default {@code grouped}
 * @param pool {@code pool}: tokens over which the largest vote is spread, odd, default 1: none
 * @param cacheThreshold {@code cache_threshold}: a generated token whose query has at least this
 *     cosine with the one that was last voted with reads what that one did, default 0.9; more than
 *     1 for never
 * @param maxReuse {@code max_reuse}: tokens after which it votes again however alike queries are,
 *     default 0: half the window
 * @param prefillRows {@code prefill_rows}: prompt tokens that share a vote, default 512
 * @param denseBelow {@code dense_below}: tokens below which attention is dense, default 0
 */
public record TokenSelectConfig(
    TokenBudget tokenBudget,
    int sinks,
    int window,
    Lists lists,
    Positions positions,
    Vote vote,
    KvMap kvMap,
    int pool,
    double cacheThreshold,
    int maxReuse,
    int prefillRows,
    int denseBelow) {

  /** Who shares what was voted for. */
  public enum Lists {
    /** All heads of a layer, as published. */
    PER_LAYER,
    /** The query heads of a KV head, which vote among themselves. */
    PER_KV_HEAD
  }

  /** Where selected keys stand. */
  public enum Positions {
    /** One after the other without gaps, so that no distance exceeds the budget, as published. */
    COMPACT,
    /** Where they were written: a variant that reads keys rotated and extrapolates to nothing. */
    TRUE;

    /** Reads {@code compact} or {@code true}, which YAML takes for a boolean. */
    @JsonCreator
    static Positions of(Object value) {
      return switch (String.valueOf(value).toLowerCase(Locale.ROOT)) {
        case "compact" -> COMPACT;
        case "true" -> TRUE;
        default ->
            throw new IllegalArgumentException("positions must be compact or true, got " + value);
      };
    }
  }

  /** How heads agree. */
  public enum Vote {
    /** By the sum of their softmaxes, as published. */
    SOFT,
    /** By how many have a token among their own best. */
    HARD,
    /** By the sum of their dot products: heads with large keys decide alone. */
    RAW
  }

  /** Which key head a query head votes by. */
  public enum KvMap {
    /** The one it attends to. */
    GROUPED,
    /** Query head modulo KV heads, as in the published code. */
    PUBLISHED
  }

  /** Checks ranges. */
  public TokenSelectConfig {
    atLeast("sinks", sinks, 0);
    atLeast("prefill_rows", prefillRows, 1);
    atLeast("max_reuse", maxReuse, 0);
    atLeast("dense_below", denseBelow, 0);
    if (window < prefillRows) {
      throw new IllegalArgumentException(
          "window must be at least prefill_rows, which is %d, got %d: tokens of a chunk see each other through it"
              .formatted(prefillRows, window));
    }
    if (!tokenBudget.isRatio() && tokenBudget.value() <= (double) sinks + window) {
      throw new IllegalArgumentException(
          "token_budget must be more than sinks + window, which is %d, got %s; lower sinks, or window and prefill_rows"
              .formatted((long) sinks + window, tokenBudget));
    }
    if (pool < 1 || pool % 2 == 0) {
      throw new IllegalArgumentException("pool must be odd and >= 1, got " + pool);
    }
    if (Double.isNaN(cacheThreshold)) {
      throw new IllegalArgumentException("cache_threshold must be a number, got NaN");
    }
    if (kvMap == KvMap.PUBLISHED && lists == Lists.PER_KV_HEAD) {
      throw new IllegalArgumentException(
          "kv_map must be grouped when lists is per_kv_head: the published map mixes the heads that would share a list");
    }
  }

  private static void atLeast(String key, int value, int least) {
    if (value < least) {
      throw new IllegalArgumentException("%s must be >= %d, got %d".formatted(key, least, value));
    }
  }

  /** The published setting, with query heads voting by the key head that they attend to. */
  public static TokenSelectConfig defaults() {
    return new TokenSelectConfig(
        TokenBudget.tokens(2688),
        128,
        512,
        Lists.PER_LAYER,
        Positions.COMPACT,
        Vote.SOFT,
        KvMap.GROUPED,
        1,
        0.9,
        0,
        512,
        0);
  }

  /** Tokens that attention reads of {@code visible}. */
  int total(int visible) {
    return (int) Math.max(tokenBudget.of(visible), Math.min(1L + sinks + window, visible));
  }

  /** Tokens for which a vote may be reused. */
  int reusableTokens() {
    return maxReuse == 0 ? Math.max(1, window / 2) : maxReuse;
  }
}
