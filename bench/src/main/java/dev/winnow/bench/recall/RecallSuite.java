package dev.winnow.bench.recall;

import dev.winnow.bench.Asking;
import dev.winnow.bench.Proportion;
import dev.winnow.bench.recall.RecallExample.Question;
import dev.winnow.engine.LanguageModel;
import dev.winnow.engine.Session;
import dev.winnow.engine.metrics.Ledger;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Asks a model for facts it has read: an answer counts if all its tokens, greedily chosen, are
 * right. Every question follows the context alone, not the questions before it.
 *
 * @param needles facts in a context, each asked for
 * @param hops facts from a name to its value: 1 for needles, more for chains
 * @param questions how many to ask
 * @param seed of contexts and questions
 * @param decodeQuestion whether questions are fed one token at a time, as generated ones are, and
 *     only the context as a prompt: techniques that leave prompts dense would otherwise see nothing
 *     of the question
 */
public record RecallSuite(int needles, int hops, int questions, long seed, boolean decodeQuestion) {

  /** Questions that are part of the prompt. */
  public RecallSuite(int needles, int hops, int questions, long seed) {
    this(needles, hops, questions, seed, false);
  }

  /** Checks ranges. */
  public RecallSuite {
    if (needles < 1 || needles > RecallVocabulary.names()) {
      throw new IllegalArgumentException(
          "needles must be in [1, %d], got %d".formatted(RecallVocabulary.names(), needles));
    }
    if (hops < 1 || hops > needles) {
      throw new IllegalArgumentException(
          "hops must be in [1, needles], which is %d, got %d".formatted(needles, hops));
    }
    if (questions < 1) {
      throw new IllegalArgumentException("n must be >= 1, got " + questions);
    }
  }

  /**
   * A question with the model's answer.
   *
   * @param asked tokens of the question
   * @param expected tokens of the right answer
   * @param generated tokens of the model's answer
   * @param firstTokenMs milliseconds from the question to the first token of the answer
   * @param tpotMs mean milliseconds per token after the first; 0 if there was none
   * @param peakKvBytes most bytes of keys and values held, those of the context included
   * @param ledger the work it took, that of the context left out
   */
  public record Answer(
      int[] asked,
      int[] expected,
      int[] generated,
      double firstTokenMs,
      double tpotMs,
      long peakKvBytes,
      Ledger ledger) {
    /** Whether every token is right. */
    public boolean right() {
      return Arrays.equals(expected, generated);
    }
  }

  /**
   * Sequences of {@code tokens} tokens for this suite.
   *
   * @throws IllegalArgumentException if the facts and a question about each do not fit
   */
  public RecallTask task(int tokens) {
    // A question with its answer has two signs and two numbers, and a name for every hop.
    int least = needles * (RecallData.MOST_FACT_TOKENS + 4 + hops);
    if (tokens < least) {
      throw new IllegalArgumentException(
          "%d needles and questions about them need at least %d tokens, got %d"
              .formatted(needles, least, tokens));
    }
    return hops == 1
        ? RecallTask.needles(tokens, needles)
        : RecallTask.chains(tokens, needles, hops);
  }

  /**
   * Asks all questions in contexts of {@code tokens} tokens, questions included.
   *
   * @throws IllegalArgumentException if the facts do not fit, or the model has another vocabulary
   */
  public Proportion score(LanguageModel model, int tokens) {
    return score(model, tokens, answer -> {});
  }

  /** As {@link #score(LanguageModel, int)}; {@code listener} gets every answer. */
  public Proportion score(LanguageModel model, int tokens, Consumer<Answer> listener) {
    return score(
        model,
        tokens,
        new Listener() {
          @Override
          public void answered(RecallExample example, Question question, Answer answer) {
            listener.accept(answer);
          }
        });
  }

  /** Told what is asked. */
  public interface Listener {
    /** All of a context but its questions was computed; {@code session} holds it. */
    default void read(Session session) {}

    /** A question about {@code example} was answered. */
    void answered(RecallExample example, Question question, Answer answer);
  }

  /** As {@link #score(LanguageModel, int)}; {@code listener} is told everything in order. */
  public Proportion score(LanguageModel model, int tokens, Listener listener) {
    checkVocabulary(model);
    RecallTask task = task(tokens);
    RecallData data = new RecallData(seed);
    int asked = 0;
    int right = 0;
    while (asked < questions) {
      RecallExample example = data.next(task);
      List<Question> wanted =
          example.questions().stream()
              .filter(question -> question.hops() == hops)
              .limit(questions - asked)
              .toList();
      try (Session session = model.openSession().append(context(example))) {
        listener.read(session);
        for (Question question : wanted) {
          Answer answer = ask(session, example, question);
          listener.answered(example, question, answer);
          right += answer.right() ? 1 : 0;
        }
      }
      asked += wanted.size();
    }
    return new Proportion(right, asked);
  }

  /** What comes before all questions. */
  static int[] context(RecallExample example) {
    return Arrays.copyOf(example.ids(), example.questions().getFirst().start());
  }

  /** Asks after {@code context}, which stays as it is. */
  Answer ask(Session context, RecallExample example, Question question) {
    int[] expected = example.answer(question);
    int[] asked = example.asked(question);
    Asking.Answer answer =
        new Asking(expected.length, Set.of(), decodeQuestion).ask(context, asked);
    return new Answer(
        asked,
        expected,
        answer.generated(),
        answer.firstTokenMs(),
        answer.tpotMs(),
        answer.peakKvBytes(),
        answer.ledger());
  }

  /** Ids mean nothing to a model that was trained on other words. */
  static void checkVocabulary(LanguageModel model) {
    int words = RecallVocabulary.words().size();
    boolean known =
        model.codec().isPresent()
            && Arrays.equals(
                model.codec().get().encode("set amber 48 21 .", true),
                RecallData.opening("amber", 48, 21));
    if (model.config().vocabSize() != words || !known) {
      throw new IllegalArgumentException(
          "recall asks in %d words of its own, which this model does not have; use reference:recall"
              .formatted(words));
    }
  }
}
