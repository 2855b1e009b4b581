package dev.winnow.kernels;

/**
 * Rows of keys, stored in pages {@code [heads, PAGE_TOKENS, headDim]}; row {@code t} of a head is
 * row {@code t % PAGE_TOKENS} of page {@code t / PAGE_TOKENS}.
 */
public interface KeyStore {
  /** Tokens per page: one head's share of a page is a few tens of KiB, long enough to stream. */
  int PAGE_TOKENS = 256;

  /** Heads per row. */
  int heads();

  /** Elements per head. */
  int headDim();

  /** How keys are stored. */
  DType dtype();

  /** Rows stored. */
  int length();

  /** The keys {@code [heads, PAGE_TOKENS, headDim]} of page {@code page}. */
  Buffer keys(int page);

  /** Index in a page's buffer of the first element of row {@code token} of {@code head}. */
  default long index(int head, int token) {
    return ((long) head * PAGE_TOKENS + token % PAGE_TOKENS) * headDim();
  }
}
