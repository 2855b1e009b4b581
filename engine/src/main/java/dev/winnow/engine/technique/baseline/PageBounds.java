package dev.winnow.engine.technique.baseline;

import dev.winnow.kernels.Buffer;
import dev.winnow.kernels.HeadsView;
import dev.winnow.kernels.Kernels;
import dev.winnow.kernels.KeyPages;
import dev.winnow.kernels.KvPages;

/** Least and largest value of each channel of the keys in each page of one layer. */
final class PageBounds implements AutoCloseable {
  private final int page;
  private final KeyPages least;
  private final KeyPages largest;
  private int rows;

  /**
   * Of pages of {@code page} rows of a cache like {@code cache}, in its type: nothing is rounded.
   */
  PageBounds(int page, KvPages cache) {
    this(
        page,
        new KeyPages(cache.kvHeads(), cache.headDim(), cache.dtype()),
        new KeyPages(cache.kvHeads(), cache.headDim(), cache.dtype()));
  }

  private PageBounds(int page, KeyPages least, KeyPages largest) {
    this.page = page;
    this.least = least;
    this.largest = largest;
  }

  /** A copy in memory of its own. */
  PageBounds copy() {
    PageBounds copy = new PageBounds(page, least.fork(), largest.fork());
    copy.rows = rows;
    return copy;
  }

  /** Pages there are, the last one perhaps not full. */
  int pages() {
    return PageRows.count(rows, page);
  }

  /**
   * Takes in rows {@code [first, first + count)} of {@code cache}; what was behind is forgotten.
   */
  void add(KvPages cache, int first, int count) {
    // A page that lost rows is bounded anew by those that are left.
    int from = first == rows ? first : first / page * page;
    int pages = PageRows.count(first + count, page);
    least.reserve(pages);
    largest.reserve(pages);
    for (int row = from; row < first + count; row++) {
      widen(cache, row, row % page == 0);
    }
    least.setLength(pages);
    largest.setLength(pages);
    rows = first + count;
  }

  private void widen(KvPages cache, int row, boolean begins) {
    Buffer keys = cache.keys(row / KvPages.PAGE_TOKENS);
    int index = row / page;
    Buffer minima = least.keys(index / KvPages.PAGE_TOKENS);
    Buffer maxima = largest.keys(index / KvPages.PAGE_TOKENS);
    for (int head = 0; head < cache.kvHeads(); head++) {
      long from = cache.index(head, row);
      long to = least.index(head, index);
      for (int d = 0; d < cache.headDim(); d++) {
        float value = keys.getFloat(from + d);
        if (begins || value < minima.getFloat(to + d)) {
          minima.setFloat(to + d, value);
        }
        if (begins || value > maxima.getFloat(to + d)) {
          maxima.setFloat(to + d, value);
        }
      }
    }
  }

  /**
   * Scores pages {@code [from, pages)}: the mean over the query heads of a group of {@code sum
   * max(q m, q M)}.
   *
   * @param queries {@code [1, heads, headDim]}
   * @return {@code [kvHeads, pages - from]}, in {@code scratch}
   */
  Buffer scores(HeadsView queries, int from, Kernels kernels, QuestScratch scratch) {
    HeadsView up = parts(queries, scratch.positive, 1);
    HeadsView down = parts(queries, scratch.negative, -1);
    long elements = (long) least.heads() * (pages() - from);
    Buffer scores = scratch.scores.of(elements);
    Buffer more = scratch.more.of(elements);
    kernels.scoreKeys(up, largest, from, pages(), scores);
    kernels.scoreKeys(down, least, from, pages(), more);
    for (long i = 0; i < elements; i++) {
      scores.setFloat(i, scores.getFloat(i) + more.getFloat(i));
    }
    return scores;
  }

  /** The positive or negative part of the queries, averaged over the heads of a group. */
  private HeadsView parts(HeadsView queries, Scratch scratch, int sign) {
    int group = queries.heads() / least.heads();
    Buffer parts = scratch.of((long) least.heads() * queries.headDim());
    for (int head = 0; head < least.heads(); head++) {
      for (int d = 0; d < queries.headDim(); d++) {
        float sum = 0;
        for (int member = 0; member < group; member++) {
          float value = queries.buffer().getFloat(queries.index(0, head * group + member) + d);
          sum += value * sign > 0 ? value : 0;
        }
        parts.setFloat((long) head * queries.headDim() + d, sum / group);
      }
    }
    return HeadsView.dense(parts, 1, least.heads(), queries.headDim());
  }

  /** Bytes of the bounds. */
  long bytes() {
    return least.bytes() + largest.bytes();
  }

  @Override
  public void close() {
    least.close();
    largest.close();
  }
}
