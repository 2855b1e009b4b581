package dev.winnow.kernels.cpu;

import dev.winnow.kernels.Buffer;
import dev.winnow.kernels.HeadsView;
import dev.winnow.kernels.KeyStore;
import dev.winnow.kernels.SelectionCost;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.atomic.LongAdder;

/**
 * One call of scoreKeys, cut into pages: the rows of each head of a page are scored for the head's
 * whole group of queries.
 */
final class KeyScores {
  // Below this many multiply-adds a job is done before another thread has woken up.
  private static final long MIN_PARALLEL_WORK = 500_000;

  private final KeyStore keys;
  private final int from;
  private final int to;
  private final MemorySegment scores;
  private final QueryGroup[] groups;
  private final int group;
  private final LongAdder scored = new LongAdder();

  KeyScores(HeadsView queries, KeyStore keys, int from, int to, Buffer scores) {
    this.keys = keys;
    this.from = from;
    this.to = to;
    this.scores = scores.segment();
    group = queries.heads() / keys.heads();
    groups = new QueryGroup[keys.heads()];
    for (int head = 0; head < groups.length; head++) {
      groups[head] = new QueryGroup(queries, head * group, group, keys);
    }
  }

  SelectionCost run(WorkerPool pool, KeyScorer[] scorers) {
    int firstPage = from / KeyStore.PAGE_TOKENS;
    int pages = from == to ? 0 : (to - 1) / KeyStore.PAGE_TOKENS + 1 - firstPage;
    // All heads of a page lie one after the other; few pages are cut further to occupy everyone.
    int headsPerTask = pages >= 8 * pool.threads() ? groups.length : 1;
    int tasksPerPage = groups.length / headsPerTask;
    WorkerPool.Task task =
        (index, worker) -> {
          int page = firstPage + index / tasksPerPage;
          int head = index % tasksPerPage * headsPerTask;
          for (int h = head; h < head + headsPerTask; h++) {
            score(h, page, scorers[worker]);
          }
        };
    int tasks = Math.multiplyExact(pages, tasksPerPage);
    long elements = (long) (to - from) * keys.headDim();
    if (elements * group * groups.length < MIN_PARALLEL_WORK) {
      pool.runHere(tasks, task);
    } else {
      pool.run(tasks, task);
    }
    long read = scored.sum() * keys.headDim();
    return new SelectionCost(2 * read * group, read * keys.dtype().bytes());
  }

  private void score(int head, int page, KeyScorer scorer) {
    int start = page * KeyStore.PAGE_TOKENS;
    int first = Math.max(from - start, 0);
    int last = Math.min(to - start, KeyStore.PAGE_TOKENS);
    scorer.score(keys, head, page, first, last, groups[head]);
    for (int j = 0; j < group; j++) {
      long at = (long) (head * group + j) * (to - from) + start + first - from;
      MemorySegment.copy(
          scorer.scores(),
          j * KeyScorer.STRIDE + first,
          scores,
          ValueLayout.JAVA_FLOAT_UNALIGNED,
          4 * at,
          last - first);
    }
    scored.add(last - first);
  }
}
