package dev.winnow.engine.cache;

import dev.winnow.engine.technique.Residency;
import dev.winnow.kernels.AttentionPlan;
import dev.winnow.kernels.DType;
import dev.winnow.kernels.KvPages;
import dev.winnow.models.AttentionSpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.function.IntBinaryOperator;
import java.util.function.IntPredicate;

/**
 * Keys and values of one sequence, a {@link KvPages} per layer.
 *
 * <p>It grows page by page without copying. {@link #fork()} shares every page; a shared page is
 * copied when one of its users is about to write it. A layer that tokens passed by, or before which
 * they were pruned, has fewer rows than {@link #length()}; so has one whose rows were evicted with
 * {@link #keep}. Older pages may lie in a file. Not for use by several threads at once.
 */
public final class KvCache implements AutoCloseable {
  private final PagePool pool;
  private final int maxTokens;
  private final List<LayerPages> layers = new ArrayList<>();
  private final List<RowTokens> tokens = new ArrayList<>();
  private final int[] evicted;
  private int length;
  private int keptFor;
  private long pagesLoaded;

  /** An empty cache that stays in memory. */
  public KvCache(PagePool pool, List<AttentionSpec> specs, DType dtype, int maxTokens) {
    this(
        pool,
        null,
        specs,
        dtype,
        maxTokens,
        Collections.nCopies(specs.size(), Residency.IN_MEMORY));
  }

  /**
   * An empty cache.
   *
   * @param specs attention of each layer
   * @param dtype how keys and values are stored
   * @param maxTokens the most tokens it may hold
   * @param file where pages go that are not to stay in memory; null if all are
   * @param residency for each layer what stays in memory
   */
  public KvCache(
      PagePool pool,
      SpillFile file,
      List<AttentionSpec> specs,
      DType dtype,
      int maxTokens,
      List<Residency> residency) {
    this.pool = pool;
    this.maxTokens = maxTokens;
    this.evicted = new int[specs.size()];
    for (int layer = 0; layer < specs.size(); layer++) {
      AttentionSpec spec = specs.get(layer);
      KvPages rows = new KvPages(spec.kvHeads(), spec.headDim(), dtype);
      layers.add(new LayerPages(pool, file, residency.get(layer), rows));
      tokens.add(new RowTokens());
    }
  }

  private KvCache(KvCache parent) {
    pool = parent.pool;
    maxTokens = parent.maxTokens;
    length = parent.length;
    evicted = parent.evicted.clone();
    keptFor = parent.keptFor;
    parent.layers.forEach(layer -> layers.add(layer.fork()));
    parent.tokens.forEach(of -> tokens.add(of.copy()));
  }

  /** A cache with the same content that can grow apart. */
  public KvCache fork() {
    return new KvCache(this);
  }

  /** Rows of {@code layer}. */
  public KvPages layer(int layer) {
    return layers.get(layer).rows();
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
    return layer(layer).length() + evicted[layer];
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
    KvPages rows = layer(layer);
    checkLists(lists, rows);
    int kept = lists[0].length;
    // Pages are taken first: where there is no room for them, nothing has changed.
    layers
        .get(layer)
        .makeWritable(Compaction.firstMoved(lists), kept, () -> take(layer, rows.length()));
    evicted[layer] += rows.length() - kept;
    keptFor = length;
    Compaction.run(rows, lists);
    rows.setLength(kept);
    tokens.get(layer).keep(lists[0]);
    layers.get(layer).dropUnused();
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
    int needed = layer(layer).length() + rows;
    if (needed > maxTokens) {
      throw tooLong(needed);
    }
    layers.get(layer).reserve(needed, () -> take(layer, needed));
  }

  /**
   * Moves pages of {@code layer} that need not stay in memory to the slower tier.
   *
   * @throws SpillException if there is no room; the content is as it was then
   */
  public void spill(int layer) {
    layers.get(layer).spill();
  }

  /** Copies some pages of {@code layer} that {@code plan} reads from the slower tier to memory. */
  public void load(int layer, AttentionPlan plan) {
    pagesLoaded += layers.get(layer).load(plan);
  }

  /**
   * Checks that the sequence can grow to {@code tokens}, without taking memory yet.
   *
   * @param runs which layers will store the tokens
   * @param most the most rows a layer holds, as {@code (layer, tokens) -> rows}
   * @throws CapacityException saying what would fit
   */
  public void checkFits(int tokens, IntPredicate runs, IntBinaryOperator most) {
    if (tokens > maxTokens) {
      throw tooLong(tokens);
    }
    long bytes = bytesToGrow(tokens, runs, most);
    long free = pool.maxBytes() - pool.usedBytes();
    if (bytes > free) {
      int fits = length;
      while (bytesToGrow(fits + 1, runs, most) <= free) {
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

  private long bytesToGrow(int tokens, IntPredicate runs, IntBinaryOperator most) {
    long bytes = 0;
    for (int layer = 0; layer < layers.size(); layer++) {
      if (runs.test(layer)) {
        int now = layer(layer).length();
        int grown = now + Math.max(0, tokens - length);
        int rows = Math.min(grown, Math.max(now, most.applyAsInt(layer, tokens)));
        bytes += layers.get(layer).pagesToGrow(rows) * PagePool.pageBytes(layer(layer));
      }
    }
    return bytes;
  }

  private SharedPage take(int layer, int needed) {
    KvPages rows = layer(layer);
    return pool.take(rows)
        .or(() -> dropLoaded() ? pool.take(rows) : Optional.empty())
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

  /** Gives back copies of what lies in the slower tier; whether there were any. */
  private boolean dropLoaded() {
    boolean any = false;
    for (LayerPages layer : layers) {
      any |= layer.dropLoaded();
    }
    return any;
  }

  private CapacityException tooLong(int needed) {
    return new CapacityException(
        ("the sequence would have %d tokens, but its context holds %d (max_context, at most the"
                + " model's max_position_embeddings); shorten the prompt or raise max_context")
            .formatted(needed, maxTokens),
        needed,
        maxTokens);
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
      KvPages rows = layer(layer);
      // A step that failed may have stored rows that were not noted yet.
      rows.setLength(Math.min(rows.length(), tokens.get(layer).before(newLength)));
      tokens.get(layer).truncate(rows.length());
      layers.get(layer).dropUnused();
    }
    length = newLength;
    if (length == 0) {
      keptFor = 0;
      Arrays.fill(evicted, 0);
    }
  }

  /** Bytes of the pages it uses in memory, shared ones included. */
  public long bytes() {
    return layers.stream().mapToLong(LayerPages::bytes).sum();
  }

  /** Bytes of the pages it uses in the slower tier, shared ones included. */
  public long spilledBytes() {
    return layers.stream().mapToLong(LayerPages::spilledBytes).sum();
  }

  /** How often a page was copied from the slower tier to memory. */
  public long pagesLoaded() {
    return pagesLoaded;
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
