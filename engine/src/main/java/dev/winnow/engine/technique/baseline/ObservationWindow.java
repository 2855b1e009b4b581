package dev.winnow.engine.technique.baseline;

import dev.winnow.engine.technique.PlanRequest;
import dev.winnow.kernels.Buffer;
import dev.winnow.kernels.DType;
import dev.winnow.kernels.HeadsView;
import dev.winnow.kernels.Kernels;
import dev.winnow.kernels.KvPages;
import dev.winnow.models.AttentionSpec;
import java.lang.foreign.MemorySegment;

/** The last queries of a prompt in one layer, and how they attend to all keys. */
final class ObservationWindow implements AutoCloseable {
  private final AttentionSpec spec;
  private final int capacity;
  private final Buffer queries;
  private int count;
  private int endRow;

  /** Of at most {@code capacity} queries. */
  ObservationWindow(AttentionSpec spec, int capacity) {
    this.spec = spec;
    this.capacity = capacity;
    this.queries = Buffer.allocate(DType.F32, capacity * rowElements());
  }

  private long rowElements() {
    return (long) spec.heads() * spec.headDim();
  }

  /** A copy in memory of its own. */
  ObservationWindow copy() {
    ObservationWindow copy = new ObservationWindow(spec, capacity);
    copy.count = count;
    copy.endRow = endRow;
    copy.queries.segment().copyFrom(queries.segment());
    return copy;
  }

  /** Adds the queries of a prompt step behind those of the steps before it. */
  void add(PlanRequest request) {
    HeadsView from = request.queries();
    forgetFrom(request.firstRow());
    if (endRow != request.firstRow()) {
      count = 0; // they are not the queries just before these
    }
    int added = Math.min(capacity, from.rows());
    int kept = Math.min(count, capacity - added);
    move(queries, (count - kept) * rowElements(), 0, kept * rowElements());
    for (int i = 0; i < added; i++) {
      long at = from.index(from.rows() - added + i, 0);
      move(from.buffer(), at, (kept + i) * rowElements(), rowElements());
    }
    count = kept + added;
    endRow = request.firstRow() + from.rows();
  }

  /** Forgets all queries. */
  void clear() {
    count = 0;
  }

  private void move(Buffer from, long at, long to, long elements) {
    MemorySegment.copy(
        from.segment(),
        at * Float.BYTES,
        queries.segment(),
        to * Float.BYTES,
        elements * Float.BYTES);
  }

  private void forgetFrom(int row) {
    if (endRow > row) {
      count = Math.max(0, count - (endRow - row));
      endRow = row;
    }
  }

  /**
   * Sums the probabilities that the queries give to each of the first {@code keys} keys, every
   * query over all keys up to its own, and over the query heads of a group.
   *
   * @return {@code [kvHeads, keys]}; null if no query is known
   */
  float[][] votes(KvPages cache, int keys, Kernels kernels) {
    forgetFrom(cache.length());
    if (count == 0 || endRow != cache.length()) {
      return null;
    }
    float[][] votes = new float[cache.kvHeads()][keys];
    try (Scratch query = new Scratch();
        Buffer scores = Buffer.allocate(DType.F32, (long) spec.heads() * cache.length());
        Buffer probabilities =
            Buffer.allocate(DType.F32, (long) cache.kvHeads() * cache.length())) {
      HeadsView view = HeadsView.dense(queries, count, spec.heads(), spec.headDim());
      for (int i = 0; i < count; i++) {
        int visible = endRow - count + i + 1;
        kernels.scoreKeys(query.scaled(view, i, spec.scale()), cache, 0, visible, scores);
        kernels.softVote(scores, spec.heads(), cache.kvHeads(), visible, probabilities);
        for (int head = 0; head < votes.length; head++) {
          for (int key = 0; key < keys; key++) {
            votes[head][key] += probabilities.getFloat((long) head * visible + key);
          }
        }
      }
    }
    return votes;
  }

  /** Bytes it takes. */
  long bytes() {
    return queries.bytes();
  }

  @Override
  public void close() {
    queries.close();
  }
}
