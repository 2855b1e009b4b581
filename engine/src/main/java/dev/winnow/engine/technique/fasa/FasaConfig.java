package dev.winnow.engine.technique.fasa;

import dev.winnow.engine.technique.TokenBudget;
import java.nio.file.Path;
import java.util.List;

/**
 * Parameters of {@link Fasa}; their names in a config are those in code font.
 *
 * @param tokenBudget {@code token_budget}: tokens that attention reads, sinks and window included,
 *     default 256
 * @param chunks {@code chunks}: frequency chunks that rank tokens, of the {@code head_dim / 2} that
 *     a head has, default 16
 * @param pairing {@code pairing}: which dimensions make a chunk, default {@code true_pair}
 * @param sets {@code sets}: who shares a set of chunks, default {@code per_kv_head}
 * @param lists {@code lists}: who shares a list of tokens, default {@code per_kv_head}
 * @param denseLayers {@code dense_layers}: layers that read everything, default [0]
 * @param sinks {@code sinks}: first tokens, always read, default 0; with {@code window} a variant
 * @param window {@code window}: last tokens, always read, default 0
 * @param denseBelow {@code dense_below}: tokens below which attention is dense, default 0
 * @param breakEven {@code break_even}: whether attention is dense while scoring and reading the
 *     budget would take as long, a byte of a row read by itself counted 2.5 times, default true
 * @param memory {@code memory}: where keys and values lie, default {@code all}
 * @param recentTokens {@code recent_tokens}: newest tokens whose keys and values stay in memory
 *     when {@code memory} is {@code packed}, default 0
 * @param cachedTokens {@code cached_tokens}: others whose keys and values are copied back to memory
 *     when they are read, in whole pages, when {@code memory} is {@code packed}; default 0: they
 *     are read where they lie
 * @param calibration {@code calibration}: file that {@code winnow calibrate fasa} wrote, default
 *     none: the one that comes with a reference checkpoint
 */
public record FasaConfig(
    TokenBudget tokenBudget,
    int chunks,
    ChunkPairing pairing,
    Sets sets,
    Lists lists,
    List<Integer> denseLayers,
    int sinks,
    int window,
    int denseBelow,
    boolean breakEven,
    Memory memory,
    int recentTokens,
    int cachedTokens,
    Path calibration) {

  /** Who shares a set of chunks. */
  public enum Sets {
    /** Nobody, as published. */
    PER_QUERY_HEAD,
    /** The query heads of a KV head, by their mean agreement. */
    PER_KV_HEAD
  }

  /** Who shares a list of tokens; those who do choose by the sum of their softmaxes. */
  public enum Lists {
    /** Nobody, as published. */
    PER_QUERY_HEAD,
    /** The query heads of a KV head. */
    PER_KV_HEAD,
    /** All heads of a layer. */
    PER_LAYER
  }

  /** Where the keys and values of layers that are not dense lie; both give the same tokens. */
  public enum Memory {
    /** In memory: the paper's FASA-C. */
    ALL,
    /**
     * Packed keys in memory, keys and values in a file of which chosen rows are read: the paper's
     * FASA-M.
     */
    PACKED
  }

  /** Copies the list and checks ranges. */
  public FasaConfig {
    denseLayers = List.copyOf(denseLayers);
    atLeast("chunks", chunks, 1);
    atLeast("sinks", sinks, 0);
    atLeast("window", window, 0);
    atLeast("dense_below", denseBelow, 0);
    atLeast("recent_tokens", recentTokens, 0);
    atLeast("cached_tokens", cachedTokens, 0);
    if (memory == Memory.ALL && (recentTokens > 0 || cachedTokens > 0)) {
      throw new IllegalArgumentException(
          "recent_tokens and cached_tokens must be 0 when memory is all, got %d and %d; give memory:"
                  .formatted(recentTokens, cachedTokens)
              + " packed, or leave them out");
    }
    denseLayers.forEach(layer -> atLeast("dense_layers", layer, 0));
    if (!tokenBudget.isRatio() && tokenBudget.value() <= (double) sinks + window) {
      throw new IllegalArgumentException(
          "token_budget must be more than sinks + window, which is %d, got %s"
              .formatted((long) sinks + window, tokenBudget));
    }
  }

  private static void atLeast(String key, int value, int least) {
    if (value < least) {
      throw new IllegalArgumentException("%s must be >= %d, got %d".formatted(key, least, value));
    }
  }

  /** The published budget and chunks, with sets and lists that a KV head's query heads share. */
  public static FasaConfig defaults() {
    return new FasaConfig(
        TokenBudget.tokens(256),
        16,
        ChunkPairing.TRUE_PAIR,
        Sets.PER_KV_HEAD,
        Lists.PER_KV_HEAD,
        List.of(0),
        0,
        0,
        0,
        true,
        Memory.ALL,
        0,
        0,
        null);
  }

  /** Tokens that attention reads of {@code visible}: at least one is chosen. */
  int total(int visible) {
    return (int) Math.max(tokenBudget.of(visible), Math.min(1L + sinks + window, visible));
  }
}
