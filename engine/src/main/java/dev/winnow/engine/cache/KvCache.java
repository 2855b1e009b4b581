package dev.winnow.engine.cache;

import dev.winnow.engine.cache.PagePool.Shared;
import dev.winnow.kernels.DType;
import dev.winnow.kernels.KvPages;
import dev.winnow.models.AttentionSpec;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntPredicate;

/**
 * Keys and values of one sequence, a {@link KvPages} per layer.
 *
 * <p>It grows page by page without copying. {@link #fork()} shares every page; a shared page is
 * copied when one of its users is about to write it. A layer that tokens passed by, or before which
 * they were pruned, has fewer rows than {@link #length()}; so has one whose rows were evicted with
 * {@link #keep}. Not for use by several threads at once.
 */
public final class KvCache implements AutoCloseable {
  private final PagePool pool;
  private final int maxTokens;
  private final List<KvPages> layers = new ArrayList<>();
  private final List<List<Shared>> pages = new ArrayList<>();
  private final List<RowTokens> tokens = new ArrayList<>();
  private final int[] evicted;
  private int length;
  private int keptFor;

  /**
   * An empty cache.
   *
   * @param specs attention of each layer
   * @param dtype how keys and values are stored
   * @param maxTokens the most tokens it may hold
   */
  public KvCache(PagePool pool, List<AttentionSpec> specs, DType dtype, int maxTokens) {
    this.pool = pool;
    this.maxTokens = maxTokens;
    this.evicted = new int[specs.size()];
    for (AttentionSpec spec : specs) {
      layers.add(new KvPages(spec.kvHeads(), spec.headDim(), dtype));
      pages.add(new ArrayList<>());
      tokens.add(new RowTokens());
    }
  }

  private KvCache(KvCache parent) {
    pool = parent.pool;
    maxTokens = parent.maxTokens;
    length = parent.length;
    evicted = parent.evicted.clone();
    keptFor = parent.keptFor;
    for (int layer = 0; layer < parent.layers.size(); layer++) {
      KvPages from = parent.layers.get(layer);
      KvPages to = new KvPages(from.kvHeads(), from.headDim(), from.dtype());
      for (Shared shared : parent.pages.get(layer)) {
        pool.share(shared);
        to.addPage(shared.page);
      }
      to.setLength(from.length());
      layers.add(to);
      pages.add(new ArrayList<>(parent.pages.get(layer)));
      tokens.add(parent.tokens.get(layer).copy());
    }
  }

  /** A cache with the same content that can grow apart. */
  public KvCache fork() {
    return new KvCache(this);
  }

  /** Rows of {@code layer}. */
  public KvPages layer(int layer) {
    return layers.get(layer);
  }

  /** Tokens that went through the model, whichever layers they visited. */
  public int length() {
    return length;
  }

  /** The most tokens it may hold. */
  public int maxTokens() {
    return maxTokens;
  }

  /** Notes which tokens of the sequence the rows just stored in {@code layer} belong to. */
  public void stored(int layer, int[] rowTokens) {
    tokens.get(layer).add(rowTokens);
  }

  /** Position of the next row of {@code layer}: its rows, and those that were evicted. */
  public int nextPosition(int layer) {
    return layers.get(layer).length() + evicted[layer];
  }

  /**
   * Keeps some rows of {@code layer} and gives the memory of the others back. Tokens so far cannot
   * be forgotten one by one any more, see {@link #canTruncate}.
   *
   * @param lists for each KV head the rows to keep, ascending, as many for every head
   * @throws CapacityException if pages shared with a fork would have to be copied and there is no
   *     room for the copies; nothing has changed then
   */
  public void keep(int layer, int[][] lists) {
    KvPages rows = layers.get(layer);
    checkLists(lists, rows);
    int kept = lists[0].length;
    // Pages are taken first: where there is no room for them, nothing has changed.
    makePrivate(layer, Compaction.firstMoved(lists), kept);
    evicted[layer] += rows.length() - kept;
    keptFor = length;
    Compaction.run(rows, lists);
    rows.setLength(kept);
    tokens.get(layer).keep(lists[0]);
    dropUnused(layer);
  }

  private static void checkLists(int[][] lists, KvPages rows) {
    if (lists.length != rows.kvHeads()) {
      throw new IllegalArgumentException(
          "%d lists of rows to keep for %d KV heads".formatted(lists.length, rows.kvHeads()));
    }
    for (int[] list : lists) {
      if (list.length == 0 || list.length != lists[0].length) {
        throw new IllegalArgumentException(
            "every KV head keeps as many rows, at least one; got %d and %d"
                .formatted(lists[0].length, list.length));
      }
      for (int i = 0; i < list.length; i++) {
        if (list[i] >= rows.length() || list[i] < (i == 0 ? 0 : list[i - 1] + 1)) {
          throw new IllegalArgumentException(
              "rows to keep must ascend within [0, %d), got %d at index %d"
                  .formatted(rows.length(), list[i], i));
        }
      }
    }
  }

  /** Copies the shared ones of the pages that rows {@code [from, to)} lie in. */
  private void makePrivate(int layer, int from, int to) {
    if (from == to) {
      return;
    }
    List<Shared> owned = pages.get(layer);
    for (int index = from / KvPages.PAGE_TOKENS; index * KvPages.PAGE_TOKENS < to; index++) {
      if (pool.isShared(owned.get(index))) {
        copyPage(layer, index, layers.get(layer).length());
      }
    }
  }

  private void copyPage(int layer, int index, int needed) {
    List<Shared> owned = pages.get(layer);
    Shared mine = take(layer, needed);
    copy(owned.get(index).page, mine.page);
    pool.release(owned.get(index));
    owned.set(index, mine);
    layers.get(layer).replacePage(index, mine.page);
  }

  private void dropUnused(int layer) {
    KvPages rows = layers.get(layer);
    List<Shared> owned = pages.get(layer);
    int keep = (rows.length() + KvPages.PAGE_TOKENS - 1) / KvPages.PAGE_TOKENS;
    rows.dropPages(keep);
    while (owned.size() > keep) {
      pool.release(owned.removeLast());
    }
  }

  /** Whether tokens from {@code newLength} on can be forgotten: not some of those evicted. */
  public boolean canTruncate(int newLength) {
    return newLength == 0 || newLength >= keptFor;
  }

  /** Whether no token has passed {@code layer} by or was pruned before it. */
  public boolean isComplete(int layer) {
    return tokens.get(layer).isComplete();
  }

  /** Notes that {@code rows} more tokens went through all layers that run. */
  public void advance(int rows) {
    length += rows;
  }

  /**
   * Makes room for {@code rows} more rows of {@code layer}, in pages that nobody else uses.
   *
   * @throws CapacityException if there is none
   */
  public void reserve(int layer, int rows) {
    KvPages rowsOfLayer = layers.get(layer);
    List<Shared> owned = pages.get(layer);
    int needed = rowsOfLayer.length() + rows;
    if (needed > maxTokens) {
      throw tooLong(needed);
    }
    int tail = rowsOfLayer.length() / KvPages.PAGE_TOKENS;
    if (tail < owned.size() && pool.isShared(owned.get(tail))) {
      copyPage(layer, tail, needed);
    }
    while (rowsOfLayer.capacity() < needed) {
      Shared mine = take(layer, needed);
      owned.add(mine);
      rowsOfLayer.addPage(mine.page);
    }
  }

  /**
   * Checks that the sequence can grow to {@code tokens}, without taking memory yet.
   *
   * @param runs which layers will store the tokens
   * @throws CapacityException saying what would fit
   */
  public void checkFits(int tokens, IntPredicate runs) {
    if (tokens > maxTokens) {
      throw tooLong(tokens);
    }
    long bytes = bytesToGrow(tokens, runs);
    long free = pool.maxBytes() - pool.usedBytes();
    if (bytes > free) {
      int fits = length;
      while (bytesToGrow(fits + 1, runs) <= free) {
        fits = (fits / KvPages.PAGE_TOKENS + 1) * KvPages.PAGE_TOKENS;
      }
      throw new CapacityException(
          ("a sequence of %d tokens needs %d more bytes of keys and values, but kv_cache_bytes is %d"
                  + " and %d are in use: %d tokens fit; raise kv_cache_bytes, close other sequences"
                  + " or shorten the prompt")
              .formatted(tokens, bytes, pool.maxBytes(), pool.usedBytes(), fits),
          tokens,
          fits);
    }
  }

  private long bytesToGrow(int tokens, IntPredicate runs) {
    long bytes = 0;
    for (int layer = 0; layer < layers.size(); layer++) {
      if (runs.test(layer)) {
        int rows = layers.get(layer).length() + Math.max(0, tokens - length);
        int wanted = (rows + KvPages.PAGE_TOKENS - 1) / KvPages.PAGE_TOKENS;
        bytes +=
            Math.max(0, wanted - pages.get(layer).size()) * PagePool.pageBytes(layers.get(layer));
      }
    }
    return bytes;
  }

  private Shared take(int layer, int needed) {
    KvPages rows = layers.get(layer);
    return pool.take(rows)
        .orElseThrow(
            () ->
                new CapacityException(
                    ("no room for token %d: a page of %d bytes is needed for layer %d, but"
                            + " kv_cache_bytes is %d and %d are in use; raise kv_cache_bytes, close"
                            + " other sequences or generate fewer tokens")
                        .formatted(
                            needed,
                            PagePool.pageBytes(rows),
                            layer,
                            pool.maxBytes(),
                            pool.usedBytes()),
                    needed,
                    rows.length()));
  }

  private CapacityException tooLong(int needed) {
    return new CapacityException(
        ("the sequence would have %d tokens, but its context holds %d (max_context, at most the"
                + " model's max_position_embeddings); shorten the prompt or raise max_context")
            .formatted(needed, maxTokens),
        needed,
        maxTokens);
  }

  private static void copy(KvPages.Page from, KvPages.Page to) {
    MemorySegment.copy(
        from.keys().segment(), 0, to.keys().segment(), 0, from.keys().segment().byteSize());
    MemorySegment.copy(
        from.values().segment(), 0, to.values().segment(), 0, from.values().segment().byteSize());
  }

  /** Forgets the tokens from {@code newLength} on, in every layer. */
  public void truncate(int newLength) {
    if (newLength < 0 || newLength > length) {
      throw new IllegalArgumentException(
          "length must be in [0, %d], got %d".formatted(length, newLength));
    }
    if (!canTruncate(newLength)) {
      throw new IllegalStateException(
          "tokens before %d were evicted, so that those from %d on cannot be forgotten"
              .formatted(keptFor, newLength));
    }
    for (int layer = 0; layer < layers.size(); layer++) {
      KvPages rows = layers.get(layer);
      // A step that failed may have stored rows that were not noted yet.
      rows.setLength(Math.min(rows.length(), tokens.get(layer).before(newLength)));
      tokens.get(layer).truncate(rows.length());
      dropUnused(layer);
    }
    length = newLength;
    if (length == 0) {
      keptFor = 0;
      Arrays.fill(evicted, 0);
    }
  }

  /** Bytes of the pages it uses, shared ones included. */
  public long bytes() {
    long bytes = 0;
    for (int layer = 0; layer < layers.size(); layer++) {
      bytes += pages.get(layer).size() * PagePool.pageBytes(layers.get(layer));
    }
    return bytes;
  }

  /**
   * Bytes that {@code tokens} tokens of a sequence take, in whole pages.
   *
   * @param specs attention of each layer
   */
  public static long estimateBytes(List<AttentionSpec> specs, DType dtype, int tokens) {
    long pagesPerLayer = (tokens + KvPages.PAGE_TOKENS - 1L) / KvPages.PAGE_TOKENS;
    long bytes = 0;
    for (AttentionSpec spec : specs) {
      bytes +=
          pagesPerLayer * KvPages.PAGE_TOKENS * 2 * spec.kvHeads() * spec.headDim() * dtype.bytes();
    }
    return bytes;
  }

  /** Gives all pages back. */
  @Override
  public void close() {
    truncate(0);
  }
}
