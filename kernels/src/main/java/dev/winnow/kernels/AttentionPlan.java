package dev.winnow.kernels;

import java.util.List;

/**
 * What one layer's attention reads: segments whose softmax is one, merged by log-sum-exp.
 *
 * <p>Query row {@code r} of a segment stands at cache position {@code firstPosition + r} and sees a
 * key of row {@code t} iff {@code t <= firstPosition + r} (when {@code causal}) and {@code t >
 * firstPosition + r - window} (when {@code window > 0}), and if it is within the {@link Reach} of
 * the segment. A query that sees no key at all yields zeros and a log-sum-exp of {@code -inf}.
 *
 * @param segments one or more; no query sees a key in two of them
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
   * @param reach how far back the queries see in this segment
   */
  public record Segment(HeadsView queries, KeyRows keys, KeyRotation keyRotation, Reach reach) {
    /** A segment in which the plan alone says what a query sees. */
    public Segment(HeadsView queries, KeyRows keys, KeyRotation keyRotation) {
      this(queries, keys, keyRotation, Reach.ALL);
    }
  }

  /**
   * A query at cache position {@code p} sees a key of row {@code t} only if {@code nearest <= p - t
   * <= farthest}: how each row of queries can have a boundary of its own between two segments.
   *
   * @param nearest least distance
   * @param farthest greatest distance
   */
  public record Reach(int nearest, int farthest) {
    /** No limit. */
    public static final Reach ALL = new Reach(Integer.MIN_VALUE, Integer.MAX_VALUE);

    /** Checks the order. */
    public Reach {
      if (nearest > farthest) {
        throw new IllegalArgumentException(
            "reach needs nearest <= farthest, got %d > %d".formatted(nearest, farthest));
      }
    }
  }

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

  /** The most keys that any of {@code heads} heads reads, all segments together. */
  public int mostKeys(int heads) {
    int most = 0;
    for (int head = 0; head < heads; head++) {
      int count = 0;
      for (Segment segment : segments) {
        KeyRows keys = segment.keys();
        count = Math.addExact(count, keys.count(keys.listOf(head, heads)));
      }
      most = Math.max(most, count);
    }
    return most;
  }

  /** Whether a query at {@code position} sees cache row {@code key} if it is in {@code segment}. */
  public boolean sees(Segment segment, int position, int key) {
    int distance = position - key;
    return distance >= segment.reach().nearest()
        && distance <= segment.reach().farthest()
        && (!causal || distance >= 0)
        && (window == 0 || distance < window);
  }
}
