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
   * Attention of every query row over the plan's keys; all query heads of a group share one read of
   * keys and values.
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
