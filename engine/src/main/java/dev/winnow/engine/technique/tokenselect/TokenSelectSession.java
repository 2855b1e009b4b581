package dev.winnow.engine.technique.tokenselect;

import dev.winnow.engine.technique.KeptRows;
import dev.winnow.engine.technique.KeyForm;
import dev.winnow.engine.technique.Phase;
import dev.winnow.engine.technique.PlanRequest;
import dev.winnow.engine.technique.TechniqueSession;
import dev.winnow.engine.technique.tokenselect.TokenSelectConfig.Positions;
import dev.winnow.kernels.AttentionPlan;
import dev.winnow.kernels.HeadsView;
import dev.winnow.kernels.KeyRotation;
import dev.winnow.kernels.KeyRows;
import java.util.Arrays;
import java.util.List;

/** {@link TokenSelect} on one sequence: what each layer last voted for, and the memory to vote. */
final class TokenSelectSession implements TechniqueSession {
  private final TokenSelectConfig config;
  private final SelectionCache[] caches;
  private final Probe probe;
  private final Election election;

  TokenSelectSession(TokenSelectConfig config, int layers) {
    this(config, new SelectionCache[layers]);
    Arrays.setAll(
        caches, layer -> new SelectionCache(config.cacheThreshold(), config.reusableTokens()));
  }

  private TokenSelectSession(TokenSelectConfig config, SelectionCache[] caches) {
    this.config = config;
    this.caches = caches;
    this.probe = new Probe(config);
    this.election = new Election(config);
  }

  @Override
  public KeyForm keyForm() {
    return config.positions() == Positions.COMPACT ? KeyForm.UNROTATED : KeyForm.ROTATED;
  }

  @Override
  public int maxRows() {
    return config.prefillRows();
  }

  @Override
  public AttentionPlan plan(PlanRequest request) {
    int length = request.cache().length();
    int first = request.firstVisibleRow();
    int visible = length - first;
    int total = config.total(visible);
    if (visible <= total || length < config.denseBelow() || costsMore(request, visible, total)) {
      return request.dense();
    }
    // Once the first rows are out of sight, their places go to the vote.
    int sinks = first == 0 ? config.sinks() : 0;
    int window = config.window();
    int[][] lists = vote(request, first + sinks, length - window, total - sinks - window);
    for (int i = 0; i < lists.length; i++) {
      lists[i] = KeptRows.with(sinks, lists[i], window, length);
    }
    return reading(request, new KeyRows.Gathered(lists));
  }

  /** Whether voting and then reading {@code total} keys is more than reading all. */
  private boolean costsMore(PlanRequest request, int visible, int total) {
    if (config.positions() == Positions.COMPACT) {
      return false;
    }
    // In units of one key's dot product: attention has a value for each key, a vote serves all
    // rows.
    long dense = 2L * request.rows() * visible;
    long sparse = 2L * request.rows() * total + visible - config.sinks() - config.window();
    return sparse >= dense;
  }

  /** The rows of {@code [from, to)} to read, in a list for all heads or one for each KV head. */
  private int[][] vote(PlanRequest request, int from, int to, int seats) {
    HeadsView query = probe.of(request);
    SelectionCache cache = caches[request.layer()];
    boolean decode = request.phase() == Phase.DECODE;
    int length = request.cache().length();
    int[][] reused = decode ? cache.find(probe.values(), length) : null;
    if (reused != null) {
      return reused.clone();
    }
    int[][] elected = election.hold(request, query, from, to, seats);
    if (decode) {
      cache.keep(probe.values(), length, elected);
    }
    return elected.clone();
  }

  private AttentionPlan reading(PlanRequest request, KeyRows.Gathered rows) {
    if (config.positions() == Positions.TRUE) {
      return request.reading(rows);
    }
    // The rows of the step end every list, so the query of row r stands where its own key does.
    int firstRank = rows.count(0) - request.rows();
    HeadsView queries = probe.rotated(request, firstRank);
    KeyRotation rotation = new KeyRotation.CompactRank(request.spec().rotary(), 0);
    return request.reading(List.of(new AttentionPlan.Segment(queries, rows, rotation)));
  }

  @Override
  public void truncate(int length) {
    for (SelectionCache cache : caches) {
      cache.truncate(length);
    }
  }

  @Override
  public long bytes() {
    long bytes = probe.bytes() + election.bytes();
    for (SelectionCache cache : caches) {
      bytes += cache.bytes();
    }
    return bytes;
  }

  @Override
  public TechniqueSession fork() {
    SelectionCache[] copies = new SelectionCache[caches.length];
    Arrays.setAll(copies, layer -> caches[layer].copy());
    return new TokenSelectSession(config, copies);
  }

  @Override
  public void close() {
    probe.close();
    election.close();
  }
}
