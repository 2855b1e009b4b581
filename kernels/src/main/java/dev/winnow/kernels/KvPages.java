package dev.winnow.kernels;

import java.util.ArrayList;
import java.util.List;

/**
 * The keys and values of one layer of one sequence, in pages that are added as it grows, so that
 * growing never copies.
 *
 * <p>A page holds {@code [kvHeads, pageTokens, headDim]} keys and as many values; row {@code t} of
 * a head is row {@code t % pageTokens} of page {@code t / pageTokens}. A page may be shared by
 * several sequences while nobody writes it; {@link Page#close()} is the owner's business.
 */
public final class KvPages implements KeyStore {
  /**
   * One page.
   *
   * @param keys {@code [kvHeads, PAGE_TOKENS, headDim]}
   * @param values {@code [kvHeads, PAGE_TOKENS, headDim]}
   */
  public record Page(Buffer keys, Buffer values) implements AutoCloseable {
    @Override
    public void close() {
      keys.close();
      values.close();
    }
  }

  private final int kvHeads;
  private final int headDim;
  private final DType dtype;
  private final List<Page> pages = new ArrayList<>();
  private int length;

  /** An empty layer whose keys and values are stored as {@code dtype} (F32, F16 or BF16). */
  public KvPages(int kvHeads, int headDim, DType dtype) {
    if (kvHeads < 1 || headDim < 1 || !dtype.isFloat()) {
      throw new IllegalArgumentException(
          "kvHeads %d, headDim %d, dtype %s".formatted(kvHeads, headDim, dtype));
    }
    this.kvHeads = kvHeads;
    this.headDim = headDim;
    this.dtype = dtype;
  }

  /** KV heads per token. */
  public int kvHeads() {
    return kvHeads;
  }

  /** The same as {@link #kvHeads()}. */
  @Override
  public int heads() {
    return kvHeads;
  }

  @Override
  public int headDim() {
    return headDim;
  }

  /** How keys and values are stored. */
  @Override
  public DType dtype() {
    return dtype;
  }

  /** Tokens stored. */
  @Override
  public int length() {
    return length;
  }

  /** Tokens that fit into the pages present. */
  public int capacity() {
    return pages.size() * PAGE_TOKENS;
  }

  /** The pages, in token order; unmodifiable. */
  public List<Page> pages() {
    return List.copyOf(pages);
  }

  /** Page {@code index}. */
  public Page page(int index) {
    return pages.get(index);
  }

  @Override
  public Buffer keys(int page) {
    return pages.get(page).keys();
  }

  /** Adds a page at the end. */
  public void addPage(Page page) {
    pages.add(checked(page));
  }

  private Page checked(Page page) {
    long elements = (long) kvHeads * PAGE_TOKENS * headDim;
    if (page.keys().elements() != elements
        || page.values().elements() != elements
        || page.keys().dtype() != dtype
        || page.values().dtype() != dtype) {
      throw new IllegalArgumentException(
          "a page needs %d %s keys and values".formatted(elements, dtype));
    }
    return page;
  }

  /** Allocates a page of this layer's shape; the caller owns it. */
  public Page allocatePage() {
    long elements = (long) kvHeads * PAGE_TOKENS * headDim;
    return new Page(Buffer.allocate(dtype, elements), Buffer.allocate(dtype, elements));
  }

  /** Replaces page {@code index}: how a shared page is made private before it is written. */
  public void replacePage(int index, Page page) {
    pages.set(index, checked(page));
  }

  /** Sets the number of tokens stored, at most {@link #capacity()}. */
  public void setLength(int length) {
    if (length < 0 || length > capacity()) {
      throw new IllegalArgumentException(
          "length must be in [0, %d], got %d".formatted(capacity(), length));
    }
    this.length = length;
  }

  /** Removes and returns the pages past the first {@code keep}; length shrinks to fit. */
  public List<Page> dropPages(int keep) {
    List<Page> tail = pages.subList(keep, pages.size());
    List<Page> dropped = new ArrayList<>(tail);
    tail.clear();
    length = Math.min(length, capacity());
    return dropped;
  }

  /** Index in a page's keys or values of the first element of row {@code token} of {@code head}. */
  @Override
  public long index(int head, int token) {
    return ((long) head * PAGE_TOKENS + token % PAGE_TOKENS) * headDim;
  }

  /** Bytes that one token's key and value take over all heads. */
  public long bytesPerToken() {
    return 2L * kvHeads * headDim * dtype.bytes();
  }
}
