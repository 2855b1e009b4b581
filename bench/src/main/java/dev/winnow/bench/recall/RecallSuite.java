package dev.winnow.bench.recall;

import dev.winnow.bench.Proportion;
import dev.winnow.bench.recall.RecallExample.Question;
import dev.winnow.engine.GenerationConfig;
import dev.winnow.engine.GenerationResult;
import dev.winnow.engine.LanguageModel;
import dev.winnow.engine.Session;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;

/**
 * Asks a model for facts it has read: an answer counts if all its tokens, greedily chosen, are
 * right. Every question follows the context alone, not the questions before it.
 *
 * @param needles facts in a context, each asked for
 * @param hops facts from a name to its value: 1 for needles, more for chains
 * @param questions how many to ask
 * @param seed of contexts and questions
 */
public record RecallSuite(int needles, int hops, int questions, long seed) {

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
   * @param result what the model generated
   */
  public record Answer(int[] asked, int[] expected, GenerationResult result) {
    /** Whether every token is right. */
    public boolean right() {
      return Arrays.equals(expected, generated());
    }

    /** Tokens of the model's answer. */
    public int[] generated() {
      return result.generatedIds().stream().mapToInt(Integer::intValue).toArray();
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
      int[] context = Arrays.copyOf(example.ids(), example.questions().getFirst().start());
      try (Session session = model.openSession().append(context)) {
        for (Question question : wanted) {
          Answer answer = ask(session, example, question);
          listener.accept(answer);
          right += answer.right() ? 1 : 0;
        }
      }
      asked += wanted.size();
    }
    return new Proportion(right, asked);
  }

  private static Answer ask(Session context, RecallExample example, Question question) {
    int[] expected = example.answer(question);
    GenerationConfig config =
        GenerationConfig.builder().maxNewTokens(expected.length).eosTokenIds().build();
    try (Session fork = context.fork()) {
      int[] asked = example.asked(question);
      fork.append(asked);
      return new Answer(asked, expected, fork.generate(config));
    }
  }

  /** Ids mean nothing to a model that was trained on other words. */
  private static void checkVocabulary(LanguageModel model) {
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
