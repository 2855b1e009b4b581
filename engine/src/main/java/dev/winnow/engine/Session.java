package dev.winnow.engine;

import dev.winnow.engine.loop.LogitsConsumer;
import dev.winnow.engine.loop.Sequence;
import dev.winnow.engine.metrics.Ledger;
import dev.winnow.engine.metrics.StageTimes;
import dev.winnow.engine.technique.Phase;
import java.util.concurrent.CancellationException;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;

/**
 * A sequence that is kept: what was computed for its tokens is used again by whatever is generated
 * after them, here or in a {@linkplain #fork() fork}.
 *
 * <p>One operation runs at a time; a second one is refused. Closing is possible at any time and
 * cancels the operation in progress.
 */
public final class Session implements AutoCloseable {
  private final LanguageModel model;
  private final Sequence sequence;
  private final AtomicBoolean busy = new AtomicBoolean();

  Session(LanguageModel model, Sequence sequence) {
    this.model = model;
    this.sequence = sequence;
  }

  /** Adds text, with the tokens that open a sequence if it is the first. */
  public Session append(String text) {
    return append(Prompt.of(text));
  }

  /** Adds tokens. */
  public Session append(int... ids) {
    return append(Prompt.of(ids));
  }

  /**
   * Adds a prompt and computes it, all but its last token, which goes with the first one generated.
   * After an exception the session is as it was before.
   *
   * @throws IllegalArgumentException if an id is outside the vocabulary
   * @throws dev.winnow.engine.cache.CapacityException if it does not fit, saying what would
   * @throws CancellationException if the thread was interrupted or the session closed meanwhile
   */
  public Session append(Prompt prompt) {
    begin();
    int before = sequence.length();
    boolean done = false;
    try {
      addTokens(prompt);
      if (!model.decoder().fill(sequence, sequence.length() - 1, this::cancelled)) {
        throw new CancellationException("the prompt was not computed: cancelled");
      }
      done = true;
      return this;
    } finally {
      if (!done) {
        sequence.truncate(before);
      }
      busy.set(false);
    }
  }

  /**
   * Adds tokens and passes on the model's logits after each: for scoring texts.
   *
   * @param consumer gets positions in the session
   * @throws IllegalArgumentException as {@link #append}
   */
  public void score(int[] ids, LogitsConsumer consumer) {
    score(ids, Phase.PREFILL, consumer);
  }

  /**
   * Adds one token and passes on the model's logits after it, computed as for a generated token:
   * for scoring texts with techniques that treat prompts differently.
   *
   * @param consumer gets the position in the session
   * @throws IllegalArgumentException as {@link #append}
   */
  public void scoreNext(int id, LogitsConsumer consumer) {
    score(new int[] {id}, Phase.DECODE, consumer);
  }

  private void score(int[] ids, Phase phase, LogitsConsumer consumer) {
    begin();
    int before = sequence.length();
    boolean done = false;
    try {
      addTokens(Prompt.of(ids));
      // What waits from before is prompt, and nobody asked for its logits.
      if (!model.decoder().fill(sequence, before, this::cancelled)
          || !model.decoder().score(sequence, phase, this::cancelled, consumer)) {
        throw new CancellationException("the tokens were not scored: cancelled");
      }
      done = true;
    } finally {
      if (!done) {
        sequence.truncate(before);
      }
      busy.set(false);
    }
  }

  /** Adds tokens that are computed with the first one generated. */
  void addTokens(Prompt prompt) {
    int[] ids = model.encode(prompt, sequence.length() == 0);
    model.checkIds(ids);
    sequence.checkFits(sequence.length() + ids.length);
    sequence.append(ids);
  }

  /** Generates after what is there; the tokens generated stay in the session. */
  public GenerationResult generate(GenerationConfig config) {
    return generate(config, event -> {}, new CancellationToken());
  }

  /**
   * Generates after what is there.
   *
   * @param listener called on this thread
   * @param cancellation ends the generation from another thread; so does interrupting this one
   * @throws IllegalStateException if the session is empty, closed or busy
   */
  public GenerationResult generate(
      GenerationConfig config, TokenListener listener, CancellationToken cancellation) {
    return start(config, cancellation).run(listener);
  }

  /** Generates one token per element pulled; closing the stream cancels. */
  public Stream<TokenEvent> stream(GenerationConfig config) {
    return Streams.of(start(config, new CancellationToken()));
  }

  /** Generates one token per element requested, on a thread of its own for each subscriber. */
  public Flow.Publisher<TokenEvent> publisher(GenerationConfig config) {
    return new TokenPublisher(cancellation -> start(config, cancellation));
  }

  /** Starts a generation that is pulled. */
  Generation start(GenerationConfig config, CancellationToken cancellation) {
    return start(config, cancellation, System.nanoTime(), () -> {});
  }

  Generation start(
      GenerationConfig config, CancellationToken cancellation, long startNanos, Runnable after) {
    begin();
    boolean started = false;
    try {
      if (sequence.length() == 0) {
        throw new IllegalStateException("the session is empty; append at least one token first");
      }
      // The newest token may wait outside the context, but it cannot be computed then.
      sequence.checkFits(sequence.length());
      Generation generation =
          new Generation(
              this,
              config,
              cancellation,
              startNanos,
              () -> {
                busy.set(false);
                after.run();
              });
      started = true;
      return generation;
    } finally {
      if (!started) {
        busy.set(false);
      }
    }
  }

  /**
   * A session of the same tokens that shares what was computed and goes on apart.
   *
   * @throws IllegalStateException if closed
   */
  public Session fork() {
    checkOpen();
    return model.register(sequence.fork());
  }

  /** Tokens in it. */
  public int length() {
    return sequence.length();
  }

  /** The tokens in it. */
  public int[] ids() {
    return sequence.ids(0, sequence.length());
  }

  /** The work done since it was opened or forked. */
  public Ledger ledger() {
    return sequence.ledger().snapshot();
  }

  /** Where the time of its steps went since it was opened or forked. */
  public StageTimes stages() {
    return sequence.clock().snapshot();
  }

  /** Most bytes of keys and values it held in memory, with what techniques held beside them. */
  public long peakKvBytes() {
    return sequence.peakKvBytes();
  }

  /** How often a page of keys and values was copied from the slower tier to memory. */
  public long pagesLoaded() {
    return sequence.pagesLoaded();
  }

  /** Gives its memory back; a generation in progress ends as cancelled. */
  @Override
  public void close() {
    sequence.close();
    model.unregister(this);
  }

  LanguageModel model() {
    return model;
  }

  Sequence sequence() {
    return sequence;
  }

  private boolean cancelled() {
    return Thread.currentThread().isInterrupted();
  }

  private void begin() {
    checkOpen();
    if (!busy.compareAndSet(false, true)) {
      throw new IllegalStateException(
          "the session is busy with another operation; finish or cancel it, or use a fork");
    }
  }

  private void checkOpen() {
    model.checkOpen();
    if (sequence.isClosed()) {
      throw new IllegalStateException("the session is closed");
    }
  }
}
