package dev.winnow.engine.technique.actqkv;

import dev.winnow.engine.technique.TokenBudget;

/**
 * Parameters of {@link InfLlm}.
 *
 * @param tokenBudget {@code token_budget}: {@code init + window + block_size} times the number of
 *     blocks retrieved, default 6272 tokens: 16 blocks; a ratio counts as at least one block
 * @param init {@code init}: first tokens, always read, default 128
 * @param window {@code window}: last tokens that a query reads at their own positions, itself
 *     included, default 4096
 * @param blockSize {@code block_size}: tokens of a block, default 128
 * @param repr {@code repr}: tokens of a block that represent it, for each head, default 4
 * @param prefillWindow {@code prefill_window}: prompt tokens that share a probe, at most {@code
 *     window}, default 512
 * @param denseBelow {@code dense_below}: tokens below which attention stays dense, default 0
 * @param representatives {@code representatives}: default {@code per_query_head}
 * @param memory {@code memory}: where keys and values lie, default {@code all}
 * @param cachedBlocks {@code cached_blocks}: blocks of a layer that are copied from the file to
 *     memory when they are read, those longest unread making room; they are copied in pages of 256
 *     tokens. Default 0: they are read where they are
 */
public record InfLlmConfig(
    TokenBudget tokenBudget,
    int init,
    int window,
    int blockSize,
    int repr,
    int prefillWindow,
    int denseBelow,
    Representatives representatives,
    Memory memory,
    int cachedBlocks) {

  /** Checks ranges. */
  public InfLlmConfig {
    retrieval(
        tokenBudget,
        init,
        window,
        blockSize,
        repr,
        prefillWindow,
        denseBelow,
        representatives,
        memory,
        cachedBlocks);
  }

  /** The paper's settings. */
  public static InfLlmConfig defaults() {
    return new InfLlmConfig(
        TokenBudget.tokens(6272),
        128,
        4096,
        128,
        4,
        512,
        0,
        Representatives.PER_QUERY_HEAD,
        Memory.ALL,
        0);
  }

  /** ActQKV with its parts off. */
  ActQkvConfig retrieval() {
    return retrieval(
        tokenBudget,
        init,
        window,
        blockSize,
        repr,
        prefillWindow,
        denseBelow,
        representatives,
        memory,
        cachedBlocks);
  }

  private static ActQkvConfig retrieval(
      TokenBudget tokenBudget,
      int init,
      int window,
      int blockSize,
      int repr,
      int prefillWindow,
      int denseBelow,
      Representatives representatives,
      Memory memory,
      int cachedBlocks) {
    return new ActQkvConfig(
        tokenBudget,
        init,
        window,
        blockSize,
        repr,
        prefillWindow,
        denseBelow,
        Probe.MEAN,
        Statistics.WINDOW,
        true,
        representatives,
        Ranking.DOT_PRODUCT,
        Allocation.UNIFORM,
        1,
        1,
        1,
        FarPositions.CLAMPED,
        memory,
        cachedBlocks);
  }
}
