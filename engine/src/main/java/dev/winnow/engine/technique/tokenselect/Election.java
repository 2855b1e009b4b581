package dev.winnow.engine.technique.tokenselect;

import dev.winnow.engine.technique.PlanRequest;
import dev.winnow.engine.technique.Scratch;
import dev.winnow.engine.technique.tokenselect.TokenSelectConfig.Lists;
import dev.winnow.engine.technique.tokenselect.TokenSelectConfig.Vote;
import dev.winnow.kernels.Buffer;
import dev.winnow.kernels.HeadsView;
import dev.winnow.kernels.Kernels;

/** Scores keys, lets the heads vote and picks those with most votes. */
final class Election implements AutoCloseable {
  private final TokenSelectConfig config;
  private final MaxPool pool;
  private final Scratch scores = new Scratch();
  private final Scratch votes = new Scratch();

  Election(TokenSelectConfig config) {
    this.config = config;
    this.pool = new MaxPool(config.pool());
  }

  /**
   * The {@code seats} rows of {@code [from, to)} with most votes, ascending: one list, or one per
   * KV head.
   *
   * @param query {@code [1, heads, headDim]}
   */
  int[][] hold(PlanRequest request, HeadsView query, int from, int to, int seats) {
    Kernels kernels = request.kernels();
    int heads = query.heads();
    int count = to - from;
    int groups = config.lists() == Lists.PER_LAYER ? 1 : request.spec().kvHeads();
    if (config.vote() == Vote.SOFT && config.pool() == 1) {
      return kernels.selectKeys(query, request.cache(), from, to, groups, seats).rows();
    }
    Buffer scored = scores.of((long) heads * count);
    kernels.scoreKeys(query, request.cache(), from, to, scored);
    Buffer counted = votes.of((long) groups * count);
    switch (config.vote()) {
      case SOFT -> kernels.softVote(scored, heads, groups, count, counted);
      case HARD -> hardVote(kernels.topKRows(scored, heads, count, seats), groups, count, counted);
      case RAW -> sum(scored, heads, groups, count, counted);
    }
    for (int group = 0; group < groups; group++) {
      pool.apply(counted, (long) group * count, count);
    }
    int[][] elected = kernels.topKRows(counted, groups, count, seats);
    for (int[] list : elected) {
      for (int i = 0; i < list.length; i++) {
        list[i] += from;
      }
    }
    return elected;
  }

  private static void hardVote(int[][] best, int groups, int count, Buffer votes) {
    for (long i = 0; i < (long) groups * count; i++) {
      votes.setFloat(i, 0);
    }
    int group = best.length / groups;
    for (int head = 0; head < best.length; head++) {
      long at = (long) (head / group) * count;
      for (int token : best[head]) {
        votes.setFloat(at + token, votes.getFloat(at + token) + 1);
      }
    }
  }

  private static void sum(Buffer scores, int heads, int groups, int count, Buffer votes) {
    int group = heads / groups;
    for (int g = 0; g < groups; g++) {
      for (int i = 0; i < count; i++) {
        float sum = 0;
        for (int head = g * group; head < (g + 1) * group; head++) {
          sum += scores.getFloat((long) head * count + i);
        }
        votes.setFloat((long) g * count + i, sum);
      }
    }
  }

  long bytes() {
    return scores.bytes() + votes.bytes();
  }

  @Override
  public void close() {
    scores.close();
    votes.close();
  }
}
