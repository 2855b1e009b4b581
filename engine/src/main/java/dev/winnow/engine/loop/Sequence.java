package dev.winnow.engine.loop;

import dev.winnow.engine.cache.KvCache;
import dev.winnow.engine.metrics.LedgerCounter;
import dev.winnow.engine.metrics.StageClock;
import dev.winnow.engine.technique.AttentionObserver;
import dev.winnow.engine.technique.PipelineSession;
import dev.winnow.models.AttentionSpec;
import java.util.Arrays;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One sequence of tokens with all that was computed for it.
 *
 * <p>The first {@code computed()} tokens went through the model; the others wait. Its lock is held
 * during a step, so that closing waits for one step at most.
 */
public final class Sequence implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Sequence.class);

  private final KvCache cache;
  private final PipelineSession techniques;
  private final LedgerCounter ledger;
  private final StageClock clock = new StageClock();
  private final List<AttentionSpec> attention;
  private final int stepRows;
  private int[] ids;
  private int length;
  private boolean newestGenerated;
  private long peakKvBytes;
  private long peakSpilledBytes;
  private volatile AttentionObserver observer = AttentionObserver.NONE;
  private volatile boolean closed;

  /**
   * An empty sequence that owns {@code cache} and {@code techniques}.
   *
   * @param attention of each layer
   * @param stepRows the most tokens that go through the model at once
   */
  Sequence(KvCache cache, PipelineSession techniques, List<AttentionSpec> attention, int stepRows) {
    this.cache = cache;
    this.techniques = techniques;
    this.attention = attention;
    this.stepRows = stepRows;
    this.ledger = new LedgerCounter(attention.size());
    this.ids = new int[64];
  }

  /** Adds tokens that the model has yet to compute. */
  public synchronized void append(int... tokens) {
    if (length + tokens.length > ids.length) {
      ids = Arrays.copyOf(ids, Math.max(length + tokens.length, 2 * ids.length));
    }
    System.arraycopy(tokens, 0, ids, length, tokens.length);
    length += tokens.length;
    newestGenerated = false;
  }

  /** Adds the token that was just generated. */
  synchronized void appendGenerated(int token) {
    append(token);
    newestGenerated = true;
  }

  /** Whether all that waits is one token that was generated. */
  synchronized boolean awaitsGenerated() {
    return newestGenerated && cache.length() == length - 1;
  }

  /** Tokens it has. */
  public synchronized int length() {
    return length;
  }

  /** Tokens that went through the model. */
  public synchronized int computed() {
    return cache.length();
  }

  /** Tokens {@code [from, to)}. */
  public synchronized int[] ids(int from, int to) {
    return Arrays.copyOfRange(ids, from, to);
  }

  /** Forgets tokens from {@code newLength} on. */
  public synchronized void truncate(int newLength) {
    newestGenerated &= length <= newLength;
    length = Math.min(length, newLength);
    forgetComputed(newLength);
  }

  /** Forgets what was computed for tokens from {@code newLength} on, but keeps the tokens. */
  synchronized void forgetComputed(int newLength) {
    if (closed) {
      return;
    }
    int keep = Math.min(cache.length(), newLength);
    if (!cache.canTruncate(keep)) {
      LOG.warn(
          "the session is closed: a step failed after tokens that it would have to go back to were"
              + " evicted");
      close();
      return;
    }
    cache.truncate(keep);
    techniques.truncate(newLength);
  }

  /** A sequence of the same tokens that shares what was computed and goes on apart. */
  public synchronized Sequence fork() {
    if (closed) {
      throw new IllegalStateException("the sequence is closed");
    }
    Sequence child = new Sequence(cache.fork(), techniques.fork(), attention, stepRows);
    child.append(ids(0, length));
    child.newestGenerated = newestGenerated;
    return child;
  }

  /** Whether the tokens can grow to {@code newLength}; an exception says what would fit. */
  public synchronized void checkFits(int newLength) {
    cache.checkFits(
        newLength,
        techniques::runsLayer,
        (layer, tokens) ->
            attention.get(layer).window() == 0
                ? techniques.mostRows(layer, tokens, stepRows)
                : tokens);
  }

  /** What was counted. */
  public LedgerCounter ledger() {
    return ledger;
  }

  /** Lets {@code observer} look at the steps from now on. */
  public void observe(AttentionObserver observer) {
    this.observer = observer;
  }

  AttentionObserver observer() {
    return observer;
  }

  /** Where its time went. */
  public StageClock clock() {
    return clock;
  }

  /** Most bytes of keys and values it held in memory, with what techniques held beside them. */
  public synchronized long peakKvBytes() {
    return peakKvBytes;
  }

  /** Most bytes of keys and values it held in the slower tier. */
  public synchronized long peakSpilledBytes() {
    return peakSpilledBytes;
  }

  /** How often a page was copied from the slower tier to memory. */
  public synchronized long pagesLoaded() {
    return cache.pagesLoaded();
  }

  /** Whether it was closed. */
  public boolean isClosed() {
    return closed;
  }

  synchronized void notePeak() {
    peakKvBytes = Math.max(peakKvBytes, cache.bytes() + techniques.bytes());
    peakSpilledBytes = Math.max(peakSpilledBytes, cache.spilledBytes());
  }

  KvCache cache() {
    return cache;
  }

  PipelineSession techniques() {
    return techniques;
  }

  /** Gives its memory back, after the step in progress. */
  @Override
  public synchronized void close() {
    if (!closed) {
      closed = true;
      techniques.close();
      cache.close();
    }
  }
}
