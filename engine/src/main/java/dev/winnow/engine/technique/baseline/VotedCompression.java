package dev.winnow.engine.technique.baseline;

import dev.winnow.engine.technique.KeptRows;
import dev.winnow.engine.technique.PlanRequest;
import dev.winnow.engine.technique.SequenceContext;
import dev.winnow.engine.technique.TechniqueSession;
import dev.winnow.kernels.Buffer;
import dev.winnow.kernels.Kernels;
import dev.winnow.kernels.KvPages;

/** {@link SnapKv} and {@link PyramidKv} on one sequence: they differ in capacities alone. */
final class VotedCompression extends PromptCompression {

  /** How a layer chooses. */
  record Voting(int window, int kernel, Pooling pooling, int denseBelow) {}

  /** How many rows a layer keeps. */
  interface Capacities {
    int of(int layer, int tokens, int rows);
  }

  private final Voting voting;
  private final Capacities capacities;
  private final ObservationWindow[] windows;

  VotedCompression(SequenceContext context, Voting voting, Capacities capacities) {
    super(context, voting.window(), voting.denseBelow());
    this.voting = voting;
    this.capacities = capacities;
    this.windows = new ObservationWindow[context.attention().size()];
  }

  private VotedCompression(VotedCompression from) {
    super(from);
    voting = from.voting;
    capacities = from.capacities;
    windows = new ObservationWindow[from.windows.length];
    for (int layer = 0; layer < windows.length; layer++) {
      windows[layer] = from.windows[layer] == null ? null : from.windows[layer].copy();
    }
  }

  @Override
  int capacity(int layer, int tokens, int rows) {
    return capacities.of(layer, tokens, rows);
  }

  @Override
  void observe(PlanRequest request) {
    if (request.spec().window() > 0) {
      return; // such a layer forgets by itself and is not asked
    }
    int layer = request.layer();
    if (windows[layer] == null) {
      windows[layer] = new ObservationWindow(request.spec(), voting.window());
    }
    windows[layer].add(request);
  }

  @Override
  void promptEnded(int layer) {
    if (windows[layer] != null) {
      windows[layer].clear();
    }
  }

  @Override
  int[][] choose(int layer, KvPages cache, int capacity, Kernels kernels) {
    int window = voting.window();
    int candidates = cache.length() - window;
    float[][] votes =
        windows[layer] == null ? null : windows[layer].votes(cache, candidates, kernels);
    if (votes == null) {
      return null;
    }
    int[][] lists = new int[votes.length][];
    for (int head = 0; head < lists.length; head++) {
      try (Buffer pooled = Buffer.of(voting.pooling().pool(votes[head], voting.kernel()))) {
        int[] best = kernels.topK(pooled, 0, candidates, capacity - window);
        lists[head] = KeptRows.with(0, best, window, cache.length());
      }
    }
    return lists;
  }

  @Override
  public long bytes() {
    long bytes = 0;
    for (ObservationWindow window : windows) {
      bytes += window == null ? 0 : window.bytes();
    }
    return bytes;
  }

  @Override
  public TechniqueSession fork() {
    return new VotedCompression(this);
  }

  @Override
  public void close() {
    for (ObservationWindow window : windows) {
      if (window != null) {
        window.close();
      }
    }
  }
}
