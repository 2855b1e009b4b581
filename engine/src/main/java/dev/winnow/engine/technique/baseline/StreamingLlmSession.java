package dev.winnow.engine.technique.baseline;

import dev.winnow.engine.technique.KeptRows;
import dev.winnow.engine.technique.KeyForm;
import dev.winnow.engine.technique.Phase;
import dev.winnow.engine.technique.PlanRequest;
import dev.winnow.engine.technique.TechniqueSession;
import dev.winnow.engine.technique.baseline.StreamingLlmConfig.Positions;
import dev.winnow.kernels.AttentionPlan;
import dev.winnow.kernels.HeadsView;
import dev.winnow.kernels.Kernels;
import dev.winnow.kernels.KeyRotation;
import dev.winnow.kernels.KeyRows;
import dev.winnow.kernels.KvPages;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** {@link StreamingLlm} on one sequence. */
final class StreamingLlmSession implements TechniqueSession {
  private final StreamingLlmConfig config;
  private final int[] evicted;
  private final Scratch queries = new Scratch();

  /**
   * A session.
   *
   * @param evicted rows forgotten in each layer
   */
  StreamingLlmSession(StreamingLlmConfig config, int[] evicted) {
    this.config = config;
    this.evicted = evicted;
  }

  @Override
  public KeyForm keyForm() {
    return config.positions() == Positions.CACHE ? KeyForm.UNROTATED : KeyForm.ROTATED;
  }

  @Override
  public int[][] evict(int layer, Phase phase, KvPages cache, Kernels kernels) {
    int rows = cache.length();
    int tokens = rows + evicted[layer] + 1;
    int before = config.budget(tokens) - 1;
    if (tokens <= config.denseBelow() || rows < before + StreamingLlm.SLACK) {
      return null;
    }
    int[][] lists = new int[cache.kvHeads()][];
    Arrays.fill(lists, KeptRows.with(config.sinks(), new int[0], before - config.sinks(), rows));
    return lists;
  }

  @Override
  public int mostRows(int layer, int tokens, int stepRows) {
    int between = Math.max(config.denseBelow(), config.budget(tokens) - 2 + StreamingLlm.SLACK);
    return (int) Math.min(tokens, (long) between + stepRows);
  }

  @Override
  public AttentionPlan plan(PlanRequest request) {
    int layer = request.layer();
    int first = request.firstRow();
    evicted[layer] = request.firstPosition() - first;
    int tokens = request.firstPosition() + 1;
    int seen = request.firstVisibleRow();
    int from = first - (config.budget(tokens) - 1 - config.sinks());
    boolean whole = tokens <= config.denseBelow() || from <= Math.max(seen, config.sinks());
    if (whole && evicted[layer] == 0) {
      return request.dense();
    }
    int end = first + request.rows();
    if (whole) {
      return plan(request, List.of(new KeyRows.Range(0, end)));
    }
    List<KeyRows.Range> ranges = new ArrayList<>();
    if (config.sinks() > seen) {
      ranges.add(new KeyRows.Range(seen, config.sinks()));
    }
    ranges.add(new KeyRows.Range(from, end));
    return plan(request, ranges);
  }

  private AttentionPlan plan(PlanRequest request, List<KeyRows.Range> ranges) {
    int kept = ranges.stream().mapToInt(range -> range.to() - range.from()).sum();
    HeadsView rotated = request.queries();
    if (config.positions() == Positions.CACHE) {
      rotated = queries.copyOf(request.unrotatedQueries());
      request.kernels().rotate(rotated, request.spec().rotary(), kept - request.rows());
    }
    List<AttentionPlan.Segment> segments = new ArrayList<>();
    int rank = 0;
    for (KeyRows.Range range : ranges) {
      KeyRotation rotation =
          config.positions() == Positions.CACHE
              ? new KeyRotation.CompactRank(request.spec().rotary(), rank)
              : KeyRotation.AS_STORED;
      segments.add(new AttentionPlan.Segment(rotated, range, rotation));
      rank += range.to() - range.from();
    }
    return request.reading(segments);
  }

  @Override
  public void truncate(int length) {
    if (length == 0) {
      Arrays.fill(evicted, 0);
    }
  }

  @Override
  public TechniqueSession fork() {
    return new StreamingLlmSession(config, evicted.clone());
  }

  @Override
  public void close() {
    queries.close();
  }
}
