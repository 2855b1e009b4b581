package dev.winnow.engine.cache;

import dev.winnow.engine.technique.Residency;
import dev.winnow.kernels.AttentionPlan;
import dev.winnow.kernels.KeyRows;
import dev.winnow.kernels.KvPages;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.function.Supplier;

/**
 * The pages of one layer of one sequence: which of them other sequences share, and which lie in a
 * file.
 *
 * <p>Those in the file come before those in memory. What reads {@link #rows()} need not know: a
 * page in the file is read through its mapping, or from a copy.
 */
final class LayerPages {
  private final PagePool pool;
  private final SpillFile file;
  private final Residency residency;
  private final KvPages rows;
  private final List<SharedPage> owned = new ArrayList<>();
  private final LoadedPages loaded;

  LayerPages(PagePool pool, SpillFile file, Residency residency, KvPages rows) {
    this.pool = pool;
    this.file = file;
    this.residency = residency;
    this.rows = rows;
    this.loaded = new LoadedPages(pool, rows, pagesOf(residency.cachedTokens()));
  }

  /** The same pages for another sequence. */
  LayerPages fork() {
    KvPages to = new KvPages(rows.kvHeads(), rows.headDim(), rows.dtype());
    LayerPages child = new LayerPages(pool, file, residency, to);
    for (SharedPage page : owned) {
      page.share();
      to.addPage(page.page());
      child.owned.add(page);
    }
    to.setLength(rows.length());
    return child;
  }

  /** Keys and values. */
  KvPages rows() {
    return rows;
  }

  private static int pagesOf(int tokens) {
    return (int) ((tokens + KvPages.PAGE_TOKENS - 1L) / KvPages.PAGE_TOKENS);
  }

  /** Copies those pages that rows {@code [from, to)} lie in and that may not be written. */
  void makeWritable(int from, int to, Supplier<SharedPage> source) {
    if (from == to) {
      return;
    }
    for (int index = from / KvPages.PAGE_TOKENS; index * KvPages.PAGE_TOKENS < to; index++) {
      if (!owned.get(index).isWritable()) {
        SharedPage mine = source.get();
        mine.copyOf(owned.get(index).page());
        loaded.drop(index, owned);
        owned.get(index).release();
        owned.set(index, mine);
        rows.replacePage(index, mine.page());
      }
    }
  }

  /** Makes room for {@code needed} rows, of which those past the present ones may be written. */
  void reserve(int needed, Supplier<SharedPage> source) {
    int tail = rows.length() / KvPages.PAGE_TOKENS;
    if (tail < owned.size()) {
      makeWritable(rows.length(), rows.length() + 1, source);
    }
    while (rows.capacity() < needed) {
      SharedPage mine = source.get();
      owned.add(mine);
      rows.addPage(mine.page());
    }
  }

  /** Gives back the pages past the last row. */
  void dropUnused() {
    int keep = pagesOf(rows.length());
    loaded.dropFrom(keep, owned);
    rows.dropPages(keep);
    while (owned.size() > keep) {
      owned.removeLast().release();
    }
  }

  /**
   * Moves the pages of rows older than the newest ones to the file.
   *
   * @throws SpillException if there is no room; those that were moved can be read all the same
   */
  void spill() {
    int end = Math.max(0, rows.length() - residency.recentTokens()) / KvPages.PAGE_TOKENS;
    int first = end;
    while (first > 0 && owned.get(first - 1).inMemory()) {
      first--;
    }
    for (int index = first; index < end; index++) {
      SharedPage spilled = file.write(rows, owned.get(index).page());
      rows.replacePage(index, spilled.page());
      owned.get(index).release();
      owned.set(index, spilled);
    }
  }

  /** Copies pages in the file that {@code plan} reads to memory; returns how many. */
  int load(AttentionPlan plan) {
    if (residency.cachedTokens() == 0 || owned.isEmpty() || owned.getFirst().inMemory()) {
      return 0;
    }
    BitSet read = new BitSet(owned.size());
    for (AttentionPlan.Segment segment : plan.segments()) {
      KeyRows keys = segment.keys();
      if (keys instanceof KeyRows.Range range) {
        read.set(range.from() / KvPages.PAGE_TOKENS, pagesOf(range.to()));
        continue;
      }
      for (int list = 0; list < keys.listCount(); list++) {
        for (int i = 0; i < keys.count(list); i++) {
          read.set(keys.row(list, i) / KvPages.PAGE_TOKENS);
        }
      }
    }
    return loaded.load(read, owned);
  }

  /** Gives back the copies of pages in the file; whether there was one. */
  boolean dropLoaded() {
    return loaded.dropFrom(0, owned);
  }

  /** Pages in memory that {@code newLength} rows take beyond those it has. */
  int pagesToGrow(int newLength) {
    int wanted = pagesOf(newLength);
    if (residency.recentTokens() < newLength) {
      wanted = Math.min(wanted, pagesOf(residency.recentTokens()) + 1);
    }
    int held = (int) owned.stream().filter(SharedPage::inMemory).count();
    return Math.max(0, wanted - held);
  }

  /** Bytes in memory. */
  long bytes() {
    return bytes(true) + loaded.bytes();
  }

  /** Bytes in the file. */
  long spilledBytes() {
    return bytes(false);
  }

  private long bytes(boolean inMemory) {
    long bytes = 0;
    for (SharedPage page : owned) {
      bytes += page.inMemory() == inMemory ? page.bytes() : 0;
    }
    return bytes;
  }
}
