package dev.winnow.engine.technique;

import dev.winnow.kernels.HeadsView;
import dev.winnow.kernels.Kernels;
import dev.winnow.kernels.KvPages;
import dev.winnow.models.AttentionSpec;
import java.util.Arrays;

/**
 * What passed through a layer in one step, for a technique that decides which tokens go on.
 * Whatever it derives from these it computes itself, so that nobody pays who does not ask. Valid
 * until the hook returns.
 *
 * @param layer the layer, from 0
 * @param phase what the rows are
 * @param spec the layer's attention
 * @param tokens index in the sequence of the token in each row, ascending
 * @param queries rotated, {@code [rows, heads, headDim]}
 * @param keys as they were stored, {@code [rows, kvHeads, headDim]}
 * @param values {@code [rows, kvHeads, headDim]}
 * @param cache keys and values of the layer, those of the rows included
 * @param kernels the kernels to compute with
 */
public record TokenFlow(
    int layer,
    Phase phase,
    AttentionSpec spec,
    int[] tokens,
    HeadsView queries,
    HeadsView keys,
    HeadsView values,
    KvPages cache,
    Kernels kernels) {

  /** How many tokens there are. */
  public int rows() {
    return tokens.length;
  }

  /** Every row: nothing is pruned. */
  public int[] all() {
    int[] rows = new int[tokens.length];
    Arrays.setAll(rows, row -> row);
    return rows;
  }
}
