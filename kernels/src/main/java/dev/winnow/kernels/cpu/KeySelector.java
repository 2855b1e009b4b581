package dev.winnow.kernels.cpu;

import dev.winnow.kernels.HeadsView;
import dev.winnow.kernels.KeySelection;
import dev.winnow.kernels.KeyStore;
import dev.winnow.kernels.SelectionCost;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;

/**
 * One call of selectKeys, page by page: the scores of a page become exponentials relative to the
 * page's maximum while they are in the first-level cache, and are kept; once all pages are done
 * those of a group are added up, each page times its share, and ranked.
 *
 * <p>A group of one head needs no exponentials: its scores are ranked as they are.
 */
final class KeySelector {
  private static final int PAGE = KeyStore.PAGE_TOKENS;
  private static final int TASKS_PER_THREAD = 16;

  // Below this many multiply-adds a job is done before another thread has woken up.
  private static final long MIN_PARALLEL_WORK = 300_000;

  private final KeyStore keys;
  private final int from;
  private final int to;
  private final int wanted;
  private final int heads;
  private final int groups;
  private final QueryGroup[] queries; // of each key head
  private final int firstPage;
  private final int pages;
  private final int span; // rows of whole pages
  private final SelectionMemory memory;

  KeySelector(
      HeadsView source,
      KeyStore keys,
      int from,
      int to,
      int groups,
      int wanted,
      SelectionMemory memory) {
    this.keys = keys;
    this.from = from;
    this.to = to;
    this.wanted = wanted;
    this.groups = groups;
    this.memory = memory;
    heads = source.heads();
    int group = heads / keys.heads();
    queries = new QueryGroup[keys.heads()];
    Arrays.setAll(queries, head -> new QueryGroup(source, head * group, group, keys));
    firstPage = from / PAGE;
    pages = from == to ? 0 : (to - 1) / PAGE + 1 - firstPage;
    span = Math.multiplyExact(pages, PAGE);
  }

  KeySelection run(WorkerPool pool, KeyScorer[] scorers, TopK[] topK) {
    boolean votes = groups < heads;
    memory.reserve(votes ? heads : 0, groups, pages);
    over(
        pool,
        pages,
        queries.length,
        (page, head, worker) -> score(scorers[worker], memory.softmax(worker), page, head));
    if (votes) {
      Shares.compute(memory, heads, pages);
      over(pool, pages, groups, (page, group, worker) -> vote(page, group));
    }
    int[][] best = new int[groups][];
    WorkerPool.Task rank =
        (group, worker) -> {
          if (votes && !memory.votesOf(group, heads / groups, pages)) {
            best[group] = TopK.first(Math.min(wanted, to - from), from);
            return;
          }
          int at = memory.ranksAt(group) + from - firstPage * PAGE;
          best[group] = topK[worker].select(memory.ranks(), at, to - from, wanted, from);
        };
    if (small()) {
      pool.runHere(groups, rank);
    } else {
      pool.run(groups, rank);
    }
    long read = (long) (to - from) * keys.heads() * keys.headDim();
    return new KeySelection(
        best, new SelectionCost(2 * read * (heads / keys.heads()), read * keys.dtype().bytes()));
  }

  private boolean small() {
    return (long) (to - from) * keys.headDim() * heads < MIN_PARALLEL_WORK;
  }

  @FunctionalInterface
  private interface Part {
    void run(int page, int index, int worker);
  }

  /** Runs {@code part} for every page and index, neighbouring ones in one task: pages stream. */
  private void over(WorkerPool pool, int pages, int indices, Part part) {
    int parts = Math.multiplyExact(pages, indices);
    int tasks = Math.min(parts, TASKS_PER_THREAD * pool.threads());
    WorkerPool.Task task =
        (index, worker) -> {
          int end = (int) ((long) parts * (index + 1) / tasks);
          for (int i = (int) ((long) parts * index / tasks); i < end; i++) {
            part.run(i / indices, i % indices, worker);
          }
        };
    if (small()) {
      pool.runHere(tasks, task);
    } else {
      pool.run(tasks, task);
    }
  }

  private void score(KeyScorer scorer, PageSoftmax softmax, int page, int keyHead) {
    int start = (firstPage + page) * PAGE;
    int first = Math.max(from - start, 0);
    int last = Math.min(to - start, PAGE);
    QueryGroup group = queries[keyHead];
    int head = keyHead * group.queries;
    boolean whole = first == 0 && last == PAGE;
    if (groups < heads && whole) {
      int at = head * span + page * PAGE;
      if (scorer.weigh(
          keys, keyHead, firstPage + page, group, memory.weights(), at, span, softmax)) {
        keep(softmax, group.queries, head, page);
        return;
      }
    }
    scorer.score(keys, keyHead, firstPage + page, first, last, group);
    float[] scores = scorer.scores();
    for (int j = 0; j < group.queries; j++) {
      int at = j * KeyScorer.STRIDE;
      Arrays.fill(scores, at, at + first, Float.NEGATIVE_INFINITY);
      Arrays.fill(scores, at + last, at + PAGE, Float.NEGATIVE_INFINITY);
    }
    if (groups < heads) {
      softmax.begin(scores, 0, KeyScorer.STRIDE, PAGE, group.queries);
      softmax.weigh(scores, 0, KeyScorer.STRIDE, PAGE);
      for (int j = 0; j < group.queries; j++) {
        int to = (head + j) * span + page * PAGE;
        System.arraycopy(scores, j * KeyScorer.STRIDE, memory.weights(), to, PAGE);
      }
      keep(softmax, group.queries, head, page);
      return;
    }
    for (int j = 0; j < group.queries; j++) {
      int to = memory.ranksAt(head + j) + page * PAGE;
      for (int i = 0; i < PAGE; i += Lanes.N) {
        TopK.order(FloatVector.fromArray(Lanes.FLOATS, scores, j * KeyScorer.STRIDE + i))
            .intoArray(memory.ranks(), to + i);
      }
    }
  }

  private void keep(PageSoftmax softmax, int count, int head, int page) {
    for (int j = 0; j < count; j++) {
      memory.bases()[(head + j) * pages + page] = softmax.base(j);
      memory.sums()[(head + j) * pages + page] = softmax.sum(j);
    }
  }

  /** Votes are never negative, so their bits have their order; NaN, which all are then, is not. */
  private void vote(int page, int group) {
    int voters = heads / groups;
    int first = group * voters;
    float[] weights = memory.weights();
    float[] shares = memory.shares();
    int[] ranks = memory.ranks();
    int to = memory.ranksAt(group) + page * PAGE;
    for (int i = 0; i < PAGE; i += 4 * Lanes.N) {
      FloatVector a = FloatVector.zero(Lanes.FLOATS);
      FloatVector b = FloatVector.zero(Lanes.FLOATS);
      FloatVector c = FloatVector.zero(Lanes.FLOATS);
      FloatVector d = FloatVector.zero(Lanes.FLOATS);
      for (int head = first; head < first + voters; head++) {
        int at = head * span + page * PAGE + i;
        FloatVector share = FloatVector.broadcast(Lanes.FLOATS, shares[head * pages + page]);
        a = FloatVector.fromArray(Lanes.FLOATS, weights, at).fma(share, a);
        b = FloatVector.fromArray(Lanes.FLOATS, weights, at + Lanes.N).fma(share, b);
        c = FloatVector.fromArray(Lanes.FLOATS, weights, at + 2 * Lanes.N).fma(share, c);
        d = FloatVector.fromArray(Lanes.FLOATS, weights, at + 3 * Lanes.N).fma(share, d);
      }
      a.reinterpretAsInts().intoArray(ranks, to + i);
      b.reinterpretAsInts().intoArray(ranks, to + i + Lanes.N);
      c.reinterpretAsInts().intoArray(ranks, to + i + 2 * Lanes.N);
      d.reinterpretAsInts().intoArray(ranks, to + i + 3 * Lanes.N);
    }
  }
}
