package dev.winnow.app;

import dev.winnow.engine.CancellationToken;
import dev.winnow.engine.GenerationConfig;
import dev.winnow.engine.GenerationResult;
import dev.winnow.engine.LanguageModel;
import dev.winnow.engine.Prompt;
import dev.winnow.engine.Session;
import dev.winnow.engine.TokenListener;
import dev.winnow.engine.metrics.RunMetrics;
import dev.winnow.models.text.ChatMessage;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * A conversation with a model that computes only what is new in each turn.
 *
 * <p>The prompt of a turn is always the model's own rendering of all messages. What was computed
 * for earlier turns is used again where its tokens begin that rendering: usually everything, and
 * without the last answer where the template or the tokenizer writes that differently.
 */
final class Conversation implements AutoCloseable {
  private final LanguageModel model;
  private final List<ChatMessage> messages = new ArrayList<>();
  private Optional<String> system;
  private Session prompted;
  private Session answered;

  Conversation(LanguageModel model, Optional<String> system) {
    this.model = model;
    this.system = system;
  }

  /** Elements per head of the model. */
  int headDim() {
    return model.config().headDim();
  }

  /**
   * Answers {@code text}; after an exception the conversation is as it was before.
   *
   * @throws dev.winnow.engine.cache.CapacityException if the conversation has become too long
   * @throws java.util.concurrent.CancellationException if the thread was interrupted before the
   *     first token
   */
  GenerationResult say(
      String text,
      GenerationConfig config,
      TokenListener listener,
      CancellationToken cancellation) {
    List<ChatMessage> asked = new ArrayList<>();
    system.map(ChatMessage::system).ifPresent(asked::add);
    asked.addAll(messages);
    asked.add(ChatMessage.user(text));

    long start = System.nanoTime();
    int[] ids = model.encode(Prompt.of(asked));
    Session next = open(ids);
    Session before = null;
    try {
      int reused = next.length();
      next.append(Arrays.copyOfRange(ids, reused, ids.length));
      double appendMs = (System.nanoTime() - start) / 1e6;
      before = next.fork();
      GenerationResult result = next.generate(config, listener, cancellation);
      result = wholeTurn(result, appendMs, ids.length - reused, next);
      close();
      prompted = before;
      answered = next;
      messages.add(ChatMessage.user(text));
      messages.add(ChatMessage.assistant(result.text()));
      return result;
    } catch (RuntimeException | Error e) {
      next.close();
      if (before != null) {
        before.close();
      }
      throw e;
    }
  }

  /** The prompt was computed ahead of the generation, but belongs to the same answer. */
  private static GenerationResult wholeTurn(
      GenerationResult result, double appendMs, int computed, Session session) {
    RunMetrics metrics = result.metrics();
    return new GenerationResult(
        result.text(),
        result.promptIds(),
        result.generatedIds(),
        result.logProbs(),
        result.finishReason(),
        result.loadMs(),
        new RunMetrics(
            appendMs + metrics.ttftMs(),
            metrics.tpotMs(),
            computed,
            metrics.completionTokens(),
            metrics.peakKvBytes(),
            metrics.spilledBytes(),
            session.pagesLoaded(),
            session.stages()),
        session.ledger());
  }

  /** A session with as much of {@code ids} as was computed before. */
  private Session open(int[] ids) {
    if (beginsWith(ids, answered)) {
      return answered.fork();
    }
    return beginsWith(ids, prompted) ? prompted.fork() : model.openSession();
  }

  private static boolean beginsWith(int[] ids, Session session) {
    if (session == null || session.length() >= ids.length) {
      return false;
    }
    int[] known = session.ids();
    return Arrays.equals(known, 0, known.length, ids, 0, known.length);
  }

  /** Forgets all messages; the system message stays. */
  void reset() {
    messages.clear();
    close();
  }

  /** Starts again with another system message; empty for the template's own. */
  void reset(Optional<String> newSystem) {
    system = newSystem;
    reset();
  }

  /** Gives up what was computed. */
  @Override
  public void close() {
    if (prompted != null) {
      prompted.close();
      answered.close();
      prompted = null;
      answered = null;
    }
  }
}
