package dev.winnow.kernels;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * Keys alone, such as the dominant dimensions of a layer's keys or one representative per block, in
 * pages that it allocates as it grows and frees when it is truncated or closed.
 */
public final class KeyPages implements KeyStore, AutoCloseable {
  private final int heads;
  private final int headDim;
  private final DType dtype;
  private final boolean byDimension;
  private final List<Buffer> pages = new ArrayList<>();
  private int length;

  /**
   * An empty store, row by row.
   *
   * @throws IllegalArgumentException if {@code dtype} is not F32, F16 or BF16, or a size is below 1
   */
  public KeyPages(int heads, int headDim, DType dtype) {
    this(heads, headDim, dtype, false);
  }

  /**
   * An empty store by dimension: what few dimensions are scored fastest from.
   *
   * @throws IllegalArgumentException as for {@link #KeyPages}
   */
  @SuppressWarnings("MustBeClosedChecker") // handed to the caller
  public static KeyPages byDimension(int heads, int headDim, DType dtype) {
    return new KeyPages(heads, headDim, dtype, true);
  }

  private KeyPages(int heads, int headDim, DType dtype, boolean byDimension) {
    if (heads < 1 || headDim < 1 || !dtype.isFloat()) {
      throw new IllegalArgumentException(
          "key pages need heads and headDim >= 1 and F32, F16 or BF16, got heads %d, headDim %d, %s"
              .formatted(heads, headDim, dtype));
    }
    this.heads = heads;
    this.headDim = headDim;
    this.dtype = dtype;
    this.byDimension = byDimension;
  }

  @Override
  public int heads() {
    return heads;
  }

  @Override
  public int headDim() {
    return headDim;
  }

  @Override
  public DType dtype() {
    return dtype;
  }

  @Override
  public int length() {
    return length;
  }

  @Override
  public Buffer keys(int page) {
    return pages.get(page);
  }

  @Override
  public int dimStride() {
    return byDimension ? BLOCK_TOKENS : 1;
  }

  @Override
  public long index(int head, int token) {
    if (!byDimension) {
      return KeyStore.super.index(head, token);
    }
    int row = token % PAGE_TOKENS;
    long block = ((long) head * PAGE_TOKENS + row / BLOCK_TOKENS * BLOCK_TOKENS) * headDim;
    return block + place(row % BLOCK_TOKENS);
  }

  /**
   * Where a row lies in its block. Sixteen-bit elements of both halves alternate: the two of an int
   * come apart into two vectors of neighbouring rows, without a shuffle.
   */
  private int place(int row) {
    int half = BLOCK_TOKENS / 2;
    return dtype == DType.F32 ? row : row < half ? 2 * row : 2 * (row - half) + 1;
  }

  /** Memory held, in bytes. */
  public long bytes() {
    return pages.stream().mapToLong(Buffer::bytes).sum();
  }

  /**
   * Adds pages until {@code rows} rows fit.
   *
   * @throws OutOfMemoryError if the machine has no such memory
   */
  public void reserve(int rows) {
    while ((long) pages.size() * PAGE_TOKENS < rows) {
      pages.add(Buffer.allocate(dtype, (long) heads * PAGE_TOKENS * headDim));
    }
  }

  /**
   * Sets the number of rows stored, at most as many as pages were {@linkplain #reserve reserved}
   * for: whoever wrote rows into the pages counts them so.
   */
  public void setLength(int length) {
    long capacity = (long) pages.size() * PAGE_TOKENS;
    if (length < 0 || length > capacity) {
      throw new IllegalArgumentException(
          "length must be in [0, %d], got %d".formatted(capacity, length));
    }
    this.length = length;
  }

  /**
   * Appends one row, rounded to the stored type.
   *
   * @param row {@code [heads, headDim]}
   */
  public void append(float... row) {
    if (row.length != heads * headDim) {
      throw new IllegalArgumentException(
          "a row has %d heads of %d elements, got %d".formatted(heads, headDim, row.length));
    }
    reserve(Math.addExact(length, 1));
    Buffer page = pages.get(length / PAGE_TOKENS);
    for (int head = 0; head < heads; head++) {
      for (int d = 0; d < headDim; d++) {
        page.setFloat(index(head, length) + (long) d * dimStride(), row[head * headDim + d]);
      }
    }
    length++;
  }

  /**
   * Keeps the first {@code newLength} rows and frees the pages behind them.
   *
   * @throws IllegalArgumentException if fewer rows are stored
   */
  public void truncate(int newLength) {
    if (newLength < 0 || newLength > length) {
      throw new IllegalArgumentException("cannot keep %d of %d rows".formatted(newLength, length));
    }
    length = newLength;
    List<Buffer> tail = pages.subList((newLength + PAGE_TOKENS - 1) / PAGE_TOKENS, pages.size());
    tail.forEach(Buffer::close);
    tail.clear();
  }

  /** A copy of the rows stored, in memory of its own; the caller owns it. */
  @SuppressWarnings("MustBeClosedChecker") // handed to the caller
  public KeyPages fork() {
    KeyPages copy = new KeyPages(heads, headDim, dtype, byDimension);
    copy.reserve(length);
    copy.length = length;
    for (int page = 0; page < copy.pages.size(); page++) {
      MemorySegment.copy(
          pages.get(page).segment(),
          0,
          copy.pages.get(page).segment(),
          0,
          copy.pages.get(page).bytes());
    }
    return copy;
  }

  /** Frees all pages; the store is then empty. */
  @Override
  public void close() {
    truncate(0);
  }
}
