package dev.winnow.engine.technique.tokenselect;

import dev.winnow.engine.testing.PlainKernels;
import dev.winnow.kernels.Buffer;
import dev.winnow.kernels.HeadsView;
import dev.winnow.kernels.KeyStore;
import dev.winnow.kernels.RotaryTable;
import dev.winnow.kernels.SelectionCost;

/** Plain kernels that note how often keys were scored and how far queries were rotated. */
final class CountingKernels extends PlainKernels {
  int scored;
  int votes;
  int largestPosition = -1;

  @Override
  public void rotate(HeadsView x, RotaryTable table, int firstPosition) {
    largestPosition = Math.max(largestPosition, firstPosition + x.rows() - 1);
    super.rotate(x, table, firstPosition);
  }

  @Override
  public SelectionCost scoreKeys(
      HeadsView queries, KeyStore keys, int from, int to, Buffer scores) {
    scored++;
    return super.scoreKeys(queries, keys, from, to, scores);
  }

  @Override
  public void softVote(Buffer scores, int heads, int groups, int count, Buffer counted) {
    votes++;
    super.softVote(scores, heads, groups, count, counted);
  }
}
