package dev.winnow.kernels;

/**
 * Rows of keys, stored in pages; row {@code t} of a head is row {@code t % PAGE_TOKENS} of page
 * {@code t / PAGE_TOKENS}.
 *
 * <p>A page is {@code [heads, PAGE_TOKENS, headDim]}, or {@code [heads, PAGE_TOKENS / BLOCK_TOKENS,
 * headDim, BLOCK_TOKENS]} if {@link #dimStride()} says so: then one dimension of many rows is
 * loaded at once.
 */
public interface KeyStore {
  /** Tokens per page: one head's share of a page is a few tens of KiB, long enough to stream. */
  int PAGE_TOKENS = 256;

  /** Rows of a block in a store by dimension; divides {@link #PAGE_TOKENS}. */
  int BLOCK_TOKENS = 32;

  /** Heads per row. */
  int heads();

  /** Elements per head. */
  int headDim();

  /** How keys are stored. */
  DType dtype();

  /** Rows stored. */
  int length();

  /** The keys of page {@code page}. */
  Buffer keys(int page);

  /** Elements from one dimension of a row to the next: 1, or {@link #BLOCK_TOKENS}. */
  default int dimStride() {
    return 1;
  }

  /**
   * Index in a page's buffer of the first element of row {@code token} of {@code head}; dimension
   * {@code d} lies {@code d * dimStride()} behind it.
   */
  default long index(int head, int token) {
    return ((long) head * PAGE_TOKENS + token % PAGE_TOKENS) * headDim();
  }
}
