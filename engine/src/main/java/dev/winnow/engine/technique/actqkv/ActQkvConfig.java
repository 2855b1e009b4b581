package dev.winnow.engine.technique.actqkv;

import dev.winnow.engine.technique.Residency;
import dev.winnow.engine.technique.TokenBudget;

/**
 * Parameters of {@link ActQkv}.
 *
 * @param tokenBudget {@code token_budget}: {@code init + window + block_size} times the average
 *     number of blocks of a layer, default 2048 tokens; a ratio counts as at least one block
 * @param init {@code init}: first tokens, always read, default 64
 * @param window {@code window}: last tokens that a query reads at their own positions, itself
 *     included, default 512
 * @param blockSize {@code block_size}: tokens of a block, default 32
 * @param repr {@code repr}: tokens of a block that represent it, for each head, default 4
 * @param prefillWindow {@code prefill_window}: prompt tokens that share a probe, at most {@code
 *     window}, default 256
 * @param denseBelow {@code dense_below}: tokens below which attention stays dense, default 0
 * @param probe {@code probe}: how the queries of a window become one, default {@code
 *     activation_aware}
 * @param statistics {@code statistics}: against what activations are judged, default {@code layer}
 * @param freezeAtDecode {@code freeze_at_decode}: whether generated tokens leave the statistics as
 *     they are, default true
 * @param representatives {@code representatives}: default {@code per_query_head}
 * @param ranking {@code ranking}: default {@code cosine}
 * @param allocation {@code allocation}: default {@code entropy}
 * @param temperature {@code temperature}: what scores are divided by before their entropy is taken,
 *     default 0.1
 * @param minShare {@code min_share}: least blocks of a layer as a share of the average, in [0, 1],
 *     default 0.7
 * @param maxShare {@code max_share}: most blocks of a layer as a share of the average, at least 1,
 *     default 2
 * @param farPositions {@code far_positions}: default {@code clamped}
 * @param memory {@code memory}: where keys and values lie, default {@code all}
 * @param cachedBlocks {@code cached_blocks}: blocks of a layer that are copied from the file to
 *     memory when they are read, those longest unread making room; they are copied in pages of 256
 *     tokens. Default 0: they are read where they are
 */
public record ActQkvConfig(
    TokenBudget tokenBudget,
    int init,
    int window,
    int blockSize,
    int repr,
    int prefillWindow,
    int denseBelow,
    Probe probe,
    Statistics statistics,
    boolean freezeAtDecode,
    Representatives representatives,
    Ranking ranking,
    Allocation allocation,
    double temperature,
    double minShare,
    double maxShare,
    FarPositions farPositions,
    Memory memory,
    int cachedBlocks) {
  private static final int MOST = 1 << 20;

  /** Checks ranges. */
  public ActQkvConfig {
    require(init >= 0 && init <= MOST, "init must be in [0, %d], got %d", MOST, init);
    require(window >= 1 && window <= MOST, "window must be in [1, %d], got %d", MOST, window);
    require(
        blockSize >= 1 && blockSize <= MOST,
        "block_size must be in [1, %d], got %d",
        MOST,
        blockSize);
    require(
        repr >= 1 && repr <= blockSize,
        "repr must be in [1, block_size = %d], got %d",
        blockSize,
        repr);
    require(
        prefillWindow >= 1 && prefillWindow <= window,
        "prefill_window must be in [1, window = %d], got %d",
        window,
        prefillWindow);
    require(denseBelow >= 0, "dense_below must be >= 0, got %d", denseBelow);
    require(
        temperature > 0 && Double.isFinite(temperature),
        "temperature must be > 0, got %s",
        temperature);
    require(minShare >= 0 && minShare <= 1, "min_share must be in [0, 1], got %s", minShare);
    require(maxShare >= 1 && Double.isFinite(maxShare), "max_share must be >= 1, got %s", maxShare);
    require(
        cachedBlocks >= 0 && cachedBlocks <= MOST,
        "cached_blocks must be in [0, %d], got %d",
        MOST,
        cachedBlocks);
    require(
        cachedBlocks == 0 || memory == Memory.BLOCKS_ON_DISK,
        "cached_blocks must be 0 with memory: all, got %d; set memory: blocks_on_disk",
        cachedBlocks);
    int least = init + window + blockSize;
    require(
        tokenBudget.isRatio() || tokenBudget.of(0) >= least,
        "token_budget must be a ratio or at least init + window + block_size = %d tokens, got %s;"
            + " raise it or lower those",
        least,
        tokenBudget);
  }

  private static void require(boolean condition, String message, Object... values) {
    if (!condition) {
      throw new IllegalArgumentException(message.formatted(values));
    }
  }

  /** The paper's settings for a budget of 2048 tokens. */
  public static ActQkvConfig defaults() {
    return new ActQkvConfig(
        TokenBudget.tokens(2048),
        64,
        512,
        32,
        4,
        256,
        0,
        Probe.ACTIVATION_AWARE,
        Statistics.LAYER,
        true,
        Representatives.PER_QUERY_HEAD,
        Ranking.COSINE,
        Allocation.ENTROPY,
        0.1,
        0.7,
        2,
        FarPositions.CLAMPED,
        Memory.ALL,
        0);
  }

  /** Blocks that a layer retrieves on average when there are {@code length} tokens. */
  int averageBlocks(int length) {
    return Math.max(1, (tokenBudget.of(length) - init - window) / blockSize);
  }

  /** Rows that only queries far from them or their block's representative will want go. */
  Residency residency() {
    if (memory == Memory.ALL) {
      return Residency.IN_MEMORY;
    }
    long cached = Math.min((long) cachedBlocks * blockSize, Integer.MAX_VALUE);
    return new Residency(window + blockSize + prefillWindow, (int) cached);
  }

  BlockShape shape() {
    boolean perKvHead = representatives == Representatives.PER_KV_HEAD;
    return new BlockShape(init, window, blockSize, repr, prefillWindow, perKvHead);
  }
}
