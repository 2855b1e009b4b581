package dev.winnow.engine.cache;

import dev.winnow.kernels.DType;
import dev.winnow.kernels.KvPages;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.Optional;

/**
 * The pages of all sequences of one model: counts who shares each, recycles those that nobody uses
 * and stays within a byte budget. Safe for use by several threads.
 */
public final class PagePool implements AutoCloseable {

  private record Shape(int kvHeads, int headDim, DType dtype) {}

  /** A page and how many sequences use it; the count belongs to the pool. */
  final class MemoryPage extends SharedPage {
    private final Shape shape;
    private int users = 1;

    private MemoryPage(KvPages.Page page, Shape shape) {
      super(page);
      this.shape = shape;
    }

    @Override
    boolean inMemory() {
      return true;
    }

    @Override
    boolean isWritable() {
      synchronized (PagePool.this) {
        return users == 1;
      }
    }

    @Override
    void share() {
      synchronized (PagePool.this) {
        users++;
      }
    }

    @Override
    void release() {
      synchronized (PagePool.this) {
        if (--users == 0) {
          recycle(this);
        }
      }
    }
  }

  private final long maxBytes;
  private final Map<Shape, ArrayDeque<MemoryPage>> idle = new HashMap<>();
  private long usedBytes;
  private long idleBytes;
  private long peakBytes;
  private int usedPages;
  private boolean closed;

  /**
   * An empty pool.
   *
   * @param maxBytes the most bytes of pages to hold at once, {@code Long.MAX_VALUE} for no limit
   */
  public PagePool(long maxBytes) {
    if (maxBytes < 1) {
      throw new IllegalArgumentException("kv_cache_bytes must be >= 1, got " + maxBytes);
    }
    this.maxBytes = maxBytes;
  }

  /** A page for {@code layer}, or empty if the budget or the machine has no room for it. */
  synchronized Optional<SharedPage> take(KvPages layer) {
    if (closed) {
      throw new IllegalStateException("the page pool is closed");
    }
    Shape shape = new Shape(layer.kvHeads(), layer.headDim(), layer.dtype());
    ArrayDeque<MemoryPage> recycled = idle.get(shape);
    MemoryPage page = recycled == null ? null : recycled.poll();
    if (page != null) {
      idleBytes -= page.bytes();
      page.users = 1;
    } else {
      long bytes = pageBytes(layer);
      if (bytes > maxBytes - usedBytes) {
        return Optional.empty();
      }
      freeIdle(maxBytes - usedBytes - bytes);
      try {
        page = new MemoryPage(layer.allocatePage(), shape);
      } catch (OutOfMemoryError e) {
        return Optional.empty();
      }
    }
    usedPages++;
    usedBytes += page.bytes();
    peakBytes = Math.max(peakBytes, usedBytes);
    return Optional.of(page);
  }

  private void recycle(MemoryPage page) {
    usedPages--;
    usedBytes -= page.bytes();
    if (closed) {
      page.page().close();
    } else {
      idleBytes += page.bytes();
      idle.computeIfAbsent(page.shape, shape -> new ArrayDeque<>()).push(page);
    }
  }

  /** Bytes of one page of {@code layer}. */
  static long pageBytes(KvPages layer) {
    return layer.bytesPerToken() * KvPages.PAGE_TOKENS;
  }

  /** The budget in bytes. */
  public long maxBytes() {
    return maxBytes;
  }

  /** Pages that sequences use now, each counted once however many share it. */
  public synchronized int usedPages() {
    return usedPages;
  }

  /** Bytes of the pages that sequences use now. */
  public synchronized long usedBytes() {
    return usedBytes;
  }

  /** Bytes of the pages kept for recycling. */
  public synchronized long idleBytes() {
    return idleBytes;
  }

  /** The largest {@link #usedBytes()} so far. */
  public synchronized long peakBytes() {
    return peakBytes;
  }

  private void freeIdle(long keepBytes) {
    for (ArrayDeque<MemoryPage> pages : idle.values()) {
      for (Iterator<MemoryPage> it = pages.iterator(); it.hasNext() && idleBytes > keepBytes; ) {
        MemoryPage page = it.next();
        it.remove();
        idleBytes -= page.bytes();
        page.page().close();
      }
    }
  }

  /** Frees the idle pages; pages in use are freed when their last user releases them. */
  @Override
  public synchronized void close() {
    closed = true;
    freeIdle(0);
  }
}
