package dev.winnow.engine.cache;

import dev.winnow.kernels.KvPages;
import java.lang.foreign.MemorySegment;

/** A page of keys and values, in memory or in a file, that several sequences may use. */
abstract sealed class SharedPage permits PagePool.MemoryPage, SpillFile.FilePage {
  private final KvPages.Page page;

  SharedPage(KvPages.Page page) {
    this.page = page;
  }

  /** Its keys and values. */
  final KvPages.Page page() {
    return page;
  }

  /** Bytes of its keys and values. */
  final long bytes() {
    return page.keys().bytes() + page.values().bytes();
  }

  /** Whether it lies in memory. */
  abstract boolean inMemory();

  /** Whether its only user may write it. */
  abstract boolean isWritable();

  /** Notes one more user. */
  abstract void share();

  /** Notes one user less; after the last its place is used for another page. */
  abstract void release();

  /** Writes what {@code from} holds into this page. */
  final void copyOf(KvPages.Page from) {
    copy(from.keys().segment(), page.keys().segment());
    copy(from.values().segment(), page.values().segment());
  }

  private static void copy(MemorySegment from, MemorySegment to) {
    MemorySegment.copy(from, 0, to, 0, from.byteSize());
  }
}
