package dev.winnow.bench;

import dev.winnow.engine.GenerationConfig;
import dev.winnow.engine.GenerationResult;
import dev.winnow.engine.LanguageModel;
import dev.winnow.engine.Session;
import dev.winnow.engine.loop.LogitsConsumer;
import dev.winnow.engine.metrics.Ledger;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/**
 * Asks a question after a context; the answer is greedy.
 *
 * @param maxNewTokens most tokens of an answer, at least 1
 * @param ends tokens that end an answer early; may be empty
 * @param decodeQuestion whether the question is fed one token at a time, as generated tokens are,
 *     so that techniques that leave prompts dense work on it too
 */
public record Asking(int maxNewTokens, Set<Integer> ends, boolean decodeQuestion) {

  /** Checks ranges and copies the set. */
  public Asking {
    if (maxNewTokens < 1) {
      throw new IllegalArgumentException("max_new_tokens must be >= 1, got " + maxNewTokens);
    }
    ends = Set.copyOf(ends);
  }

  /** Asking that ends where {@code model} ends by default. */
  public static Asking of(LanguageModel model, int maxNewTokens, boolean decodeQuestion) {
    List<Integer> ends =
        model.defaults().eosTokenIds().orElse(List.copyOf(model.config().eosTokenIds()));
    return new Asking(maxNewTokens, Set.copyOf(ends), decodeQuestion);
  }

  /**
   * What a model said.
   *
   * @param generated its tokens, one that ended it included
   * @param firstTokenMs milliseconds from the question to the first token
   * @param tpotMs mean milliseconds per token after the first; 0 if there was none
   * @param peakKvBytes most bytes of keys and values held, those of the context included
   * @param ledger the work it took, that of the context left out
   */
  @SuppressWarnings("ArrayRecordComponent")
  public record Answer(
      int[] generated, double firstTokenMs, double tpotMs, long peakKvBytes, Ledger ledger) {}

  /**
   * Asks after {@code context}, which stays as it is.
   *
   * @param question at least one token
   * @throws dev.winnow.engine.cache.CapacityException if it does not fit, saying what would
   */
  public Answer ask(Session context, int[] question) {
    try (Session fork = context.fork()) {
      return decodeQuestion ? decode(fork, question) : prefill(fork, question);
    }
  }

  private Answer prefill(Session session, int[] question) {
    GenerationConfig config =
        GenerationConfig.builder()
            .maxNewTokens(maxNewTokens)
            .eosTokenIds(ends.toArray(Integer[]::new))
            .build();
    long start = System.nanoTime();
    session.append(question);
    double appendMs = (System.nanoTime() - start) / 1e6;
    GenerationResult result = session.generate(config);
    return new Answer(
        result.generatedIds().stream().mapToInt(Integer::intValue).toArray(),
        appendMs + result.metrics().ttftMs(),
        result.metrics().tpotMs(),
        session.peakKvBytes(),
        session.ledger());
  }

  private Answer decode(Session session, int[] question) {
    int[] next = new int[1];
    LogitsConsumer greedy = (position, logits) -> next[0] = LogSoftmax.argmax(logits);
    long start = System.nanoTime();
    for (int id : question) {
      session.scoreNext(id, greedy);
    }
    long first = System.nanoTime();
    int[] generated = new int[maxNewTokens];
    int count = 0;
    generated[count++] = next[0];
    while (count < maxNewTokens && !ends.contains(next[0])) {
      session.scoreNext(next[0], greedy);
      generated[count++] = next[0];
    }
    int more = count - 1;
    return new Answer(
        Arrays.copyOf(generated, count),
        (first - start) / 1e6,
        more == 0 ? 0 : (System.nanoTime() - first) / 1e6 / more,
        session.peakKvBytes(),
        session.ledger());
  }
}
