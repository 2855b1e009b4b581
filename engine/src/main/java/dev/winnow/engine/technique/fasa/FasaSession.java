package dev.winnow.engine.technique.fasa;

import dev.winnow.engine.technique.KeptRows;
import dev.winnow.engine.technique.Phase;
import dev.winnow.engine.technique.PlanRequest;
import dev.winnow.engine.technique.Residency;
import dev.winnow.engine.technique.Scratch;
import dev.winnow.engine.technique.SequenceContext;
import dev.winnow.engine.technique.TechniqueSession;
import dev.winnow.engine.technique.fasa.FasaConfig.Lists;
import dev.winnow.engine.technique.fasa.FasaConfig.Memory;
import dev.winnow.kernels.AttentionPlan;
import dev.winnow.kernels.HeadsView;
import dev.winnow.kernels.Kernels;
import dev.winnow.kernels.KeyPages;
import dev.winnow.kernels.KeyRows;
import dev.winnow.kernels.KvPages;
import dev.winnow.models.AttentionSpec;
import java.util.Arrays;

/** {@link Fasa} on one sequence: the packed keys of each layer, and the memory to rank them. */
final class FasaSession implements TechniqueSession {
  /** How many times as long a byte of a row read by itself takes as one of rows in a stream. */
  private static final double SCATTERED = 2.5;

  private final FasaConfig config;
  private final Kernels kernels;

  /** Null for layers that are dense. */
  private final DominantDims[] dims;

  private final KeyPages[] packed;
  private final Scratch query = new Scratch();

  @SuppressWarnings("MustBeClosedChecker") // closed with the session
  FasaSession(FasaConfig config, MeanAgreement agreement, SequenceContext context) {
    this.config = config;
    this.kernels = context.kernels();
    int layers = context.attention().size();
    this.dims = new DominantDims[layers];
    this.packed = new KeyPages[layers];
    for (int layer = 0; layer < layers; layer++) {
      if (!config.denseLayers().contains(layer)) {
        dims[layer] = new DominantDims(config, agreement, layer, context.attention().get(layer));
        packed[layer] =
            KeyPages.byDimension(dims[layer].packedHeads(), dims[layer].width(), context.kv());
      }
    }
  }

  private FasaSession(FasaSession parent) {
    config = parent.config;
    kernels = parent.kernels;
    dims = parent.dims;
    packed =
        Arrays.stream(parent.packed)
            .map(pages -> pages == null ? null : pages.fork())
            .toArray(KeyPages[]::new);
  }

  @Override
  public Residency residency(int layer) {
    return config.memory() == Memory.ALL
        ? Residency.IN_MEMORY
        : new Residency(config.recentTokens(), config.cachedTokens());
  }

  @Override
  public void onAppend(int layer, KvPages cache, int firstRow, int rows) {
    KeyPages pages = packed[layer];
    if (pages == null) {
      return;
    }
    if (pages.length() > firstRow) {
      // Tokens are forgotten by their number, and a layer may hold fewer rows than there are
      // tokens.
      pages.truncate(firstRow);
    }
    int missing = firstRow + rows - pages.length();
    kernels.packKeys(cache, pages.length(), missing, dims[layer].dims(), pages);
  }

  @Override
  public AttentionPlan plan(PlanRequest request) {
    int length = request.cache().length();
    int first = request.firstVisibleRow();
    int visible = length - first;
    int total = config.total(visible);
    if (request.phase() == Phase.PREFILL
        || request.rows() > 1
        || visible <= total
        || length < config.denseBelow()
        || (config.breakEven() && !paysOff(request, visible, total))) {
      return request.dense();
    }
    // Once the first rows are out of sight, their places go to others.
    int sinks = first == 0 ? config.sinks() : 0;
    int from = first + sinks;
    int[][] lists =
        choose(request, from, length - config.window(), total - sinks - config.window());
    for (int i = 0; i < lists.length; i++) {
      lists[i] = KeptRows.with(sinks, lists[i], config.window(), length);
    }
    return request.reading(new KeyRows.Gathered(lists));
  }

  /**
   * Whether ranking and reading {@code total} of {@code visible} tokens takes less time, by the
   * bytes they load.
   */
  private boolean paysOff(PlanRequest request, int visible, int total) {
    AttentionSpec spec = request.spec();
    DominantDims ranking = dims[request.layer()];
    int reading = config.lists() == Lists.PER_QUERY_HEAD ? spec.heads() : spec.kvHeads();
    // In elements: packed keys, cache and all have the same type.
    long ranked = (long) visible - config.sinks() - config.window();
    long sparse =
        ranked * ranking.packedHeads() * ranking.width()
            + (long) (SCATTERED * 2 * total * reading * spec.headDim());
    return sparse < 2L * visible * spec.kvHeads() * spec.headDim();
  }

  /** The {@code count} best of rows {@code [from, to)}. */
  private int[][] choose(PlanRequest request, int from, int to, int count) {
    AttentionSpec spec = request.spec();
    int layer = request.layer();
    HeadsView queries = dims[layer].pack(request.queries(), spec.scale(), query);
    int groups =
        switch (config.lists()) {
          case PER_QUERY_HEAD -> spec.heads();
          case PER_KV_HEAD -> spec.kvHeads();
          case PER_LAYER -> 1;
        };
    // Softmax makes the heads of a group comparable: one of long keys would decide alone.
    return request.kernels().selectKeys(queries, packed[layer], from, to, groups, count).rows();
  }

  @Override
  public void truncate(int length) {
    for (KeyPages pages : packed) {
      if (pages != null && pages.length() > length) {
        pages.truncate(length);
      }
    }
  }

  @Override
  public long bytes() {
    long bytes = query.bytes();
    for (KeyPages pages : packed) {
      bytes += pages == null ? 0 : pages.bytes();
    }
    return bytes;
  }

  @Override
  public TechniqueSession fork() {
    return new FasaSession(this);
  }

  @Override
  public void close() {
    for (KeyPages pages : packed) {
      if (pages != null) {
        pages.close();
      }
    }
    query.close();
  }
}
