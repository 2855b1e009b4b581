package dev.winnow.engine;

import dev.winnow.engine.loop.GenerationLoop;
import dev.winnow.engine.loop.Sequence;
import dev.winnow.engine.metrics.Ledger;
import dev.winnow.engine.metrics.RunMetrics;
import dev.winnow.engine.metrics.StageTimes;
import dev.winnow.engine.sampling.TokenLogProbs;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;

/**
 * One generation, pulled token by token: decides when to end and keeps the account. Closing it
 * before its end cancels it. Not for use by several threads at once.
 */
final class Generation implements Iterator<TokenEvent>, AutoCloseable {
  private final Sequence sequence;
  private final GenerationLoop loop;
  private final GenerationConfig config;
  private final Set<Integer> eos;
  private final int maxTokens;
  private final BooleanSupplier cancelled;
  private final double loadMs;
  private final Runnable release;
  private final GeneratedText text;

  private final int promptTokens;
  private final int computedBefore;
  private final Ledger ledgerBefore;
  private final long loadedBefore;
  private final StageTimes stagesBefore;
  private final long startNanos;
  private long firstNanos;
  private long lastNanos;

  private final List<Integer> ids = new ArrayList<>();
  private final List<TokenLogProbs> logProbs = new ArrayList<>();
  private TokenEvent upcoming;
  private FinishReason finish;
  private boolean released;
  private GenerationResult result;

  /**
   * A generation after the tokens of {@code session}.
   *
   * @param release runs once, when the generation has ended
   */
  Generation(
      Session session,
      GenerationConfig config,
      CancellationToken cancellation,
      long startNanos,
      Runnable release) {
    LanguageModel model = session.model();
    this.sequence = session.sequence();
    this.config = config;
    this.eos = model.eosTokenIds(config);
    this.maxTokens = model.maxTokens();
    this.loadMs = model.loadMs();
    this.release = release;
    this.startNanos = startNanos;
    this.text = new GeneratedText(model.codec(), config.stopStrings());
    this.cancelled =
        () ->
            cancellation.isCancelled()
                || Thread.currentThread().isInterrupted()
                || sequence.isClosed()
                || model.isClosed();
    this.promptTokens = sequence.length();
    this.loop = model.startLoop(sequence, config);
    this.computedBefore = sequence.computed();
    this.ledgerBefore = sequence.ledger().snapshot();
    loadedBefore = sequence.pagesLoaded();
    this.stagesBefore = sequence.clock().snapshot();
  }

  @Override
  public boolean hasNext() {
    if (upcoming == null && finish == null) {
      try {
        upcoming = compute();
      } catch (RuntimeException | Error e) {
        release();
        finish = FinishReason.CANCELLED;
        throw e;
      }
    }
    return upcoming != null;
  }

  @Override
  public TokenEvent next() {
    if (!hasNext()) {
      throw new NoSuchElementException("the generation has ended: " + finish.label());
    }
    TokenEvent event = upcoming;
    upcoming = null;
    return event;
  }

  /** The next token with its text; null if cancelled. */
  private TokenEvent compute() {
    Optional<GenerationLoop.Token> token =
        cancelled.getAsBoolean() ? Optional.empty() : loop.next(cancelled);
    if (token.isEmpty()) {
      end(FinishReason.CANCELLED);
      return null;
    }
    lastNanos = System.nanoTime();
    if (ids.isEmpty()) {
      firstNanos = lastNanos;
    }
    int id = token.get().id();
    ids.add(id);
    token.get().logProbs().ifPresent(logProbs::add);
    String piece = text.push(id);
    FinishReason reason = reasonToEnd(id);
    if (reason != null) {
      piece += text.finish();
      // What was held back may have completed a stop string.
      end(text.stopped() ? FinishReason.STOP : reason);
    }
    return new TokenEvent(id, piece, token.get().logProbs());
  }

  private FinishReason reasonToEnd(int id) {
    if (eos.contains(id)) {
      return FinishReason.EOS;
    }
    if (text.stopped()) {
      return FinishReason.STOP;
    }
    // The newest token is not in the cache yet: one more fits than the context holds.
    boolean full = promptTokens + ids.size() > maxTokens;
    return full || ids.size() >= config.maxNewTokens() ? FinishReason.LENGTH : null;
  }

  private void end(FinishReason reason) {
    finish = reason;
    result = makeResult();
    release();
  }

  private GenerationResult makeResult() {
    int tokens = ids.size();
    double ttft = tokens == 0 ? 0 : (firstNanos - startNanos) / 1e6;
    double tpot = tokens < 2 ? 0 : (lastNanos - firstNanos) / 1e6 / (tokens - 1);
    RunMetrics metrics =
        new RunMetrics(
            ttft,
            tpot,
            promptTokens - computedBefore,
            tokens,
            sequence.peakKvBytes(),
            sequence.peakSpilledBytes(),
            sequence.pagesLoaded() - loadedBefore,
            sequence.clock().snapshot().minus(stagesBefore));
    return new GenerationResult(
        text.text(),
        Arrays.stream(sequence.ids(0, promptTokens)).boxed().toList(),
        ids,
        logProbs,
        finish,
        loadMs,
        metrics,
        sequence.ledger().snapshot().minus(ledgerBefore));
  }

  private void release() {
    if (!released) {
      released = true;
      release.run();
    }
  }

  /** Runs to the end. */
  GenerationResult run(TokenListener listener) {
    try (this) {
      while (hasNext()) {
        listener.onToken(next());
      }
      listener.onComplete(result);
      return result;
    }
  }

  /** Whether no token comes any more. */
  boolean ended() {
    return finish != null && upcoming == null;
  }

  /** The result; null before the end and after a failure. */
  GenerationResult result() {
    return result;
  }

  /** Cancels what has not ended. */
  @Override
  public void close() {
    if (finish == null) {
      end(FinishReason.CANCELLED);
    }
    upcoming = null;
  }
}
