package dev.winnow.kernels;

/**
 * The kernels, one method each; every implementation agrees with the float64 oracle in the tests.
 *
 * <p>Arguments are checked; a wrong shape is an {@link IllegalArgumentException}, never a crash.
 * Implementations are safe for use by several threads.
 */
public interface Kernels extends AutoCloseable {

  /** Name and capabilities for people, such as {@code cpu (512-bit vectors, 2 threads)}. */
  String describe();

  /**
   * Rotates each head of {@code x} in place: row {@code r} at position {@code firstPosition + r}.
   *
   * @param x {@code [rows, heads, headDim]}
   */
  void rotate(HeadsView x, RotaryTable table, int firstPosition);

  /**
   * Rotates each head of {@code x} in place: row {@code r} at {@code positions[r]}.
   *
   * @param x {@code [rows, heads, headDim]}
   */
  void rotate(HeadsView x, RotaryTable table, int[] positions);

  /**
   * Stores keys and values after the last row of {@code cache} and advances its length.
   *
   * @param keys {@code [rows, kvHeads, headDim]}
   * @param values {@code [rows, kvHeads, headDim]}
   * @throws IllegalArgumentException if the pages present do not hold that many more rows
   */
  void appendKv(HeadsView keys, HeadsView values, KvPages cache);

  /**
   * Appends the listed dimensions of rows {@code [firstRow, firstRow + rows)} of {@code cache} to
   * {@code packed}, which grows as needed: FASA's dominant dimensions, stored densely.
   *
   * @param dims {@code [packed.heads(), packed.headDim()]}, dimensions of a head of the cache, in
   *     any order; head {@code p} of {@code packed} takes them from KV head {@code p /
   *     (packed.heads() / cache.kvHeads())}
   * @param packed a multiple of the cache's KV heads; its type may differ from the cache's
   */
  void packKeys(KvPages cache, int firstRow, int rows, int[][] dims, KeyPages packed);

  /**
   * Dot products of one query row with keys {@code [from, to)}, without any scale; all query heads
   * of a group share one read of each key.
   *
   * @param queries {@code [1, heads, headDim]}; query head {@code h} meets key head {@code h /
   *     (heads / keys.heads())}
   * @param keys {@code [keyHeads, length, headDim]}
   * @param scores float32 {@code [heads, to - from]}, written from element 0; may be longer
   * @return what was done, counted while doing it
   */
  SelectionCost scoreKeys(HeadsView queries, KeyStore keys, int from, int to, Buffer scores);

  /**
   * TokenSelect's soft vote: {@code votes[g, i]} is the sum, over the heads of group {@code g}, of
   * the softmax over {@code i} of their scores.
   *
   * <p>A score of {@code -inf} gets no vote, and neither does a head without other scores; NaN or
   * {@code +inf} makes the votes of its whole group NaN.
   *
   * @param scores float32 {@code [heads, count]}; may be longer
   * @param groups how many groups of neighbouring heads vote apart; divides {@code heads}
   * @param votes float32 {@code [groups, count]}, written from element 0; may be longer; not the
   *     memory of {@code scores}
   */
  void softVote(Buffer scores, int heads, int groups, int count, Buffer votes);

  /**
   * Indices, ascending and relative to {@code offset}, of the {@code k} largest of {@code count}
   * scores; of equal scores the lower index wins, {@code -0.0} equals {@code 0.0}, and NaN is less
   * than everything else.
   *
   * @param scores float32
   * @param offset element at which the scores begin
   * @param k how many, at least 0; {@code count} or more gives all indices
   */
  int[] topK(Buffer scores, long offset, int count, int k);

  /**
   * {@link #topK(Buffer, long, int, int)} of each row of {@code scores}.
   *
   * @param scores float32 {@code [rows, count]}; may be longer
   */
  int[][] topKRows(Buffer scores, int rows, int count, int k);

  /**
   * The {@code k} rows of {@code [from, to)} that each group of neighbouring heads ranks highest:
   * {@link #scoreKeys}, {@link #softVote} among the heads of a group, and {@link #topKRows},
   * without scores leaving the kernel. A group of one head ranks by its dot products as they are.
   *
   * @param queries {@code [1, heads, headDim]}, times the scale if heads are to vote
   * @param groups how many groups choose apart; divides the heads
   * @param k how many, at least 0; as many as there are or more gives all
   */
  default KeySelection selectKeys(
      HeadsView queries, KeyStore keys, int from, int to, int groups, int k) {
    int heads = queries.heads();
    int count = to - from;
    try (Buffer scores = Buffer.allocate(DType.F32, (long) heads * count);
        Buffer votes = Buffer.allocate(DType.F32, (long) groups * count)) {
      SelectionCost cost = scoreKeys(queries, keys, from, to, scores);
      if (groups < heads) {
        softVote(scores, heads, groups, count, votes);
      }
      int[][] rows = topKRows(groups < heads ? votes : scores, groups, count, k);
      for (int[] list : rows) {
        for (int i = 0; i < list.length; i++) {
          list[i] += from;
        }
      }
      return new KeySelection(rows, cost);
    }
  }

  /**
   * Cosine of a probe with representatives {@code [from, to)}; 0 where either is all zeros.
   *
   * @param probe {@code [1, 1, width]}
   * @param representatives {@code [1, length, width]}
   * @param scores float32 {@code [to - from]}, written from element 0; may be longer
   * @return what was done, counted while doing it
   */
  SelectionCost blockScores(
      HeadsView probe, KeyStore representatives, int from, int to, Buffer scores);

  /**
   * Attention of every query row over the plan's keys; all query heads of a group share one read of
   * keys and values, unless a segment lists rows per query head.
   *
   * @param plan queries and keys
   * @param cache keys and values {@code [kvHeads, length, headDim]}; query heads are a multiple
   * @param output where results go
   * @return what was done, counted while doing it
   */
  AttentionCost attend(AttentionPlan plan, KvPages cache, AttentionOutput output);

  /** What {@link #attend} of {@code plan} would cost, without doing it. */
  AttentionCost cost(AttentionPlan plan, KvPages cache);

  @Override
  void close();
}
