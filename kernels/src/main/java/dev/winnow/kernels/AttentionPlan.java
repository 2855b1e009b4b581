package dev.winnow.kernels;

import java.util.List;

/**
 * What one layer's attention reads: segments whose softmax is one, merged by log-sum-exp.
 *
 * <p>Query row {@code r} of a segment stands at cache position {@code firstPosition + r} and sees a
 * key of row {@code t} iff {@code t <= firstPosition + r} (when {@code causal}) and {@code t >
 * firstPosition + r - window} (when {@code window > 0}). A query that sees no key at all yields
 * zeros and a log-sum-exp of {@code -inf}.
 *
 * @param segments one or more, over disjoint key rows
 * @param firstPosition cache position of query row 0
 * @param causal whether later keys are hidden; false for bidirectional models
 * @param window keys that a query sees back from itself, itself included; 0 for no limit
 * @param scale factor on the dot products, usually {@code 1 / sqrt(headDim)}
 */
public record AttentionPlan(
    List<Segment> segments, int firstPosition, boolean causal, int window, float scale) {

  /**
   * Keys, how they are rotated, and the queries that go with that rotation.
   *
   * @param queries {@code [rows, heads, headDim]}, rotated as this segment wants them
   * @param keys rows of the cache
   * @param keyRotation what happens to stored keys on the way
   */
  public record Segment(HeadsView queries, KeyRows keys, KeyRotation keyRotation) {}

  /** Checks counts and shapes. */
  public AttentionPlan {
    segments = List.copyOf(segments);
    if (segments.isEmpty()) {
      throw new IllegalArgumentException("an attention plan needs at least one segment");
    }
    HeadsView first = segments.get(0).queries();
    for (Segment segment : segments) {
      HeadsView q = segment.queries();
      if (q.rows() != first.rows()
          || q.heads() != first.heads()
          || q.headDim() != first.headDim()) {
        throw new IllegalArgumentException("all segments need queries of one shape");
      }
    }
    if (firstPosition < 0 || window < 0 || !(scale > 0) || Float.isInfinite(scale)) {
      throw new IllegalArgumentException(
          "firstPosition %d, window %d, scale %s".formatted(firstPosition, window, scale));
    }
  }

  /** Causal attention over every row up to the query: the baseline. */
  public static AttentionPlan dense(HeadsView queries, int firstPosition, int window, float scale) {
    // Rows that even the first query cannot see any more are left out of the range.
    int from = window == 0 ? 0 : Math.max(0, firstPosition - window + 1);
    KeyRows keys = new KeyRows.Range(from, firstPosition + queries.rows());
    return new AttentionPlan(
        List.of(new Segment(queries, keys, KeyRotation.AS_STORED)),
        firstPosition,
        true,
        window,
        scale);
  }

  /** Attention over the first {@code keys} rows, whether before or after the query. */
  public static AttentionPlan bidirectional(
      HeadsView queries, int firstPosition, int keys, float scale) {
    return new AttentionPlan(
        List.of(new Segment(queries, new KeyRows.Range(0, keys), KeyRotation.AS_STORED)),
        firstPosition,
        false,
        0,
        scale);
  }

  /** Number of query rows. */
  public int rows() {
    return segments.get(0).queries().rows();
  }

  /** Whether a query at {@code position} sees cache row {@code key}. */
  public boolean sees(int position, int key) {
    return (!causal || key <= position) && (window == 0 || key > position - window);
  }
}
