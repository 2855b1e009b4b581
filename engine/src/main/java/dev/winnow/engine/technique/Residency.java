package dev.winnow.engine.technique;

/**
 * Where the keys and values of a layer lie: in memory, or older ones in a file that is mapped into
 * the address space, from which attention reads them as well, at the speed of the page cache or the
 * disk. They move in whole pages of {@link dev.winnow.kernels.KvPages#PAGE_TOKENS} tokens.
 *
 * @param recentTokens the newest tokens, which stay in memory
 * @param cachedTokens how many of the others are copied back to memory when they are read, in whole
 *     pages rounded up, those longest unread making room; 0 to read them where they are
 */
public record Residency(int recentTokens, int cachedTokens) {
  /** Everything in memory. */
  public static final Residency IN_MEMORY = new Residency(Integer.MAX_VALUE, 0);

  /** Checks ranges. */
  public Residency {
    if (recentTokens < 0 || cachedTokens < 0) {
      throw new IllegalArgumentException(
          "recentTokens and cachedTokens must be >= 0, got %d and %d"
              .formatted(recentTokens, cachedTokens));
    }
  }
}
