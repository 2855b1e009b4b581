package dev.winnow.engine.technique.baseline;

import dev.winnow.engine.technique.Phase;
import dev.winnow.engine.technique.PlanRequest;
import dev.winnow.engine.technique.TechniqueSession;
import dev.winnow.kernels.AttentionPlan;
import dev.winnow.kernels.Buffer;
import dev.winnow.kernels.KeyRows;
import dev.winnow.kernels.KvPages;
import java.util.Arrays;

/** {@link Quest} on one sequence. */
final class QuestSession implements TechniqueSession {
  private final QuestConfig config;
  private final PageBounds[] bounds;
  private final QuestScratch scratch = new QuestScratch();

  QuestSession(QuestConfig config, PageBounds[] bounds) {
    this.config = config;
    this.bounds = bounds;
  }

  @Override
  public void onAppend(int layer, KvPages cache, int firstRow, int rows) {
    if (layer < config.denseLayers()) {
      return;
    }
    if (bounds[layer] == null) {
      bounds[layer] = new PageBounds(config.page(), cache);
    }
    bounds[layer].add(cache, firstRow, rows);
  }

  @Override
  public AttentionPlan plan(PlanRequest request) {
    int rows = request.cache().length();
    if (request.phase() == Phase.PREFILL || rows < config.denseBelow()) {
      return request.dense();
    }
    // In a layer with a sliding window the first page may be seen in part.
    int firstPage = request.firstVisibleRow() / config.page();
    int pages = PageRows.count(rows, config.page()) - firstPage;
    int chosen = config.pages(rows - request.firstVisibleRow());
    long boundRows = pages; // a minimum and a maximum have the bytes of a key and a value
    long readRows = boundRows + (long) chosen * config.page();
    if (chosen >= pages || readRows >= rows - request.firstVisibleRow()) {
      return request.dense();
    }
    Buffer scores =
        bounds[request.layer()].scores(request.queries(), firstPage, request.kernels(), scratch);
    int[][] lists = new int[request.spec().kvHeads()][];
    for (int head = 0; head < lists.length; head++) {
      int[] best = best(request, scores, head, pages, chosen);
      lists[head] = PageRows.of(best, config.page(), firstPage * config.page(), rows);
    }
    return request.reading(new KeyRows.Gathered(lists));
  }

  private int[] best(PlanRequest request, Buffer scores, int head, int pages, int chosen) {
    long offset = (long) head * pages;
    if (!config.openPage()) {
      return request.kernels().topK(scores, offset, pages, chosen);
    }
    int[] best = request.kernels().topK(scores, offset, pages - 1, chosen - 1);
    int[] all = Arrays.copyOf(best, chosen);
    all[chosen - 1] = pages - 1;
    return all;
  }

  @Override
  public void truncate(int length) {
    if (length == 0) {
      closeBounds(); // a shorter length shows when rows are added
    }
  }

  @Override
  public long bytes() {
    long bytes = 0;
    for (PageBounds layer : bounds) {
      bytes += layer == null ? 0 : layer.bytes();
    }
    return bytes;
  }

  @Override
  public TechniqueSession fork() {
    PageBounds[] copies = new PageBounds[bounds.length];
    for (int layer = 0; layer < copies.length; layer++) {
      copies[layer] = bounds[layer] == null ? null : bounds[layer].copy();
    }
    return new QuestSession(config, copies);
  }

  @Override
  public void close() {
    scratch.close();
    closeBounds();
  }

  private void closeBounds() {
    for (int layer = 0; layer < bounds.length; layer++) {
      if (bounds[layer] != null) {
        bounds[layer].close();
        bounds[layer] = null;
      }
    }
  }
}
