package dev.winnow.engine.cache;

import dev.winnow.kernels.Buffer;
import dev.winnow.kernels.KvPages;
import java.lang.foreign.MemorySegment;

/** Moves the rows that a layer keeps to its front, head by head, in their order. */
final class Compaction {
  private final KvPages rows;
  private final long rowBytes;

  private Compaction(KvPages rows) {
    this.rows = rows;
    this.rowBytes = (long) rows.headDim() * rows.dtype().bytes();
  }

  /** The first row that is not left where it is for some KV head; the length if all are. */
  static int firstMoved(int[][] lists) {
    int first = lists[0].length;
    for (int[] list : lists) {
      int row = 0;
      while (row < first && list[row] == row) {
        row++;
      }
      first = row;
    }
    return first;
  }

  /** Row {@code i} of KV head {@code h} becomes what row {@code lists[h][i]} was. */
  static void run(KvPages rows, int[][] lists) {
    Compaction compaction = new Compaction(rows);
    for (int head = 0; head < lists.length; head++) {
      compaction.head(head, lists[head]);
    }
  }

  private void head(int head, int[] list) {
    for (int to = 0; to < list.length; ) {
      int from = list[to];
      int run = run(list, to);
      if (from != to) {
        KvPages.Page source = page(from);
        KvPages.Page target = page(to);
        move(source.keys(), target.keys(), head, from, to, run);
        move(source.values(), target.values(), head, from, to, run);
      }
      to += run;
    }
  }

  /** Rows from list index {@code to} on that follow each other in one page, before and after. */
  private static int run(int[] list, int to) {
    int from = list[to];
    int most =
        Math.min(
            list.length - to,
            KvPages.PAGE_TOKENS - Math.max(from % KvPages.PAGE_TOKENS, to % KvPages.PAGE_TOKENS));
    int run = 1;
    while (run < most && list[to + run] == from + run) {
      run++;
    }
    return run;
  }

  private KvPages.Page page(int row) {
    return rows.page(row / KvPages.PAGE_TOKENS);
  }

  /** Ranges may overlap: rows only ever move to the front. */
  private void move(Buffer source, Buffer target, int head, int from, int to, int run) {
    int bytes = rows.dtype().bytes();
    MemorySegment.copy(
        source.segment(),
        rows.index(head, from) * bytes,
        target.segment(),
        rows.index(head, to) * bytes,
        run * rowBytes);
  }
}
