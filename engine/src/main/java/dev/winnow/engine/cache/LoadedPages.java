package dev.winnow.engine.cache;

import dev.winnow.kernels.KvPages;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Copies in memory of those of a layer's spilled pages that were read last. */
final class LoadedPages {
  private final PagePool pool;
  private final KvPages rows;
  private final int most;
  private final LinkedHashMap<Integer, SharedPage> copies = new LinkedHashMap<>(16, 0.75f, true);

  LoadedPages(PagePool pool, KvPages rows, int most) {
    this.pool = pool;
    this.rows = rows;
    this.most = most;
  }

  /**
   * Copies as many of {@code wanted} as may be held, in place of others that were longest unread.
   *
   * @param owned the layer's pages
   * @return how many were read from the file
   */
  int load(BitSet wanted, List<SharedPage> owned) {
    if (most == 0) {
      return 0;
    }
    int held = 0;
    for (int i = wanted.nextSetBit(0); i >= 0; i = wanted.nextSetBit(i + 1)) {
      held += copies.get(i) == null ? 0 : 1; // asking makes it the one read last
    }
    int loaded = 0;
    for (int i = wanted.nextSetBit(0); i >= 0 && held < most; i = wanted.nextSetBit(i + 1)) {
      if (owned.get(i).inMemory() || copies.containsKey(i)) {
        continue;
      }
      if (copies.size() == most) {
        // Those held for this step are at the end of the order, and they are fewer.
        drop(copies.keySet().iterator().next(), owned);
      }
      Optional<SharedPage> copy = pool.take(rows);
      if (copy.isEmpty()) {
        break; // then it is read from the file
      }
      copy.get().copyOf(owned.get(i).page());
      rows.replacePage(i, copy.get().page());
      copies.put(i, copy.get());
      held++;
      loaded++;
    }
    return loaded;
  }

  /** Gives back the copy of page {@code index}, if there is one. */
  void drop(int index, List<SharedPage> owned) {
    SharedPage copy = copies.remove(index);
    if (copy != null) {
      rows.replacePage(index, owned.get(index).page());
      copy.release();
    }
  }

  /** Gives back the copies of pages {@code from} on; whether there was one. */
  boolean dropFrom(int from, List<SharedPage> owned) {
    boolean any = false;
    for (int index : List.copyOf(copies.keySet())) {
      if (index >= from) {
        drop(index, owned);
        any = true;
      }
    }
    return any;
  }

  /** Bytes of the copies. */
  long bytes() {
    long bytes = 0;
    for (Map.Entry<Integer, SharedPage> copy : copies.entrySet()) {
      bytes += copy.getValue().bytes();
    }
    return bytes;
  }
}
