package dev.winnow.bench.jsonl;

import dev.winnow.bench.LogSoftmax;
import dev.winnow.bench.score.MeanScore;
import dev.winnow.engine.GenerationConfig;
import dev.winnow.engine.LanguageModel;
import dev.winnow.engine.Prompt;
import dev.winnow.engine.Session;
import dev.winnow.engine.TextCodec;
import dev.winnow.engine.loop.LogitsConsumer;
import dev.winnow.models.text.ChatMessage;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Asks a model questions, each in a sequence of its own, and scores what it says greedily.
 *
 * @param metric how answers are scored
 * @param maxNewTokens most tokens of an answer, at least 1, where the question does not say
 * @param raw whether prompts are continued as they are; otherwise they are messages, if the model
 *     has a chat template
 * @param decodeQuestion whether what follows a context is fed one token at a time, as generated
 *     tokens are, so that techniques that leave prompts dense work on the question too
 */
public record TextSuite(TextMetric metric, int maxNewTokens, boolean raw, boolean decodeQuestion) {

  /** Checks ranges. */
  public TextSuite {
    if (maxNewTokens < 1) {
      throw new IllegalArgumentException("max_new_tokens must be >= 1, got " + maxNewTokens);
    }
  }

  /**
   * What a model said.
   *
   * @param question what it was asked
   * @param text its answer
   * @param score how right that is, in [0, 1]
   */
  public record Answer(TextQuestion question, String text, double score) {}

  /**
   * Checks that every question fits the model.
   *
   * @throws IllegalArgumentException if one does not, naming its line, or the model has no
   *     tokenizer
   */
  public void check(LanguageModel model, List<TextQuestion> questions) {
    codec(model);
    for (TextQuestion question : questions) {
      int prompt = model.encode(prompt(model, question.prompt())).length;
      int answer = maxNewTokens(question);
      // The last token of an answer is never computed.
      if (prompt + answer - 1L > model.maxTokens()) {
        throw new IllegalArgumentException(
            ("%s: a prompt of %d tokens and max_new_tokens %d do not fit the model's context of %d"
                    + " tokens")
                .formatted(question.where(), prompt, answer, model.maxTokens()));
      }
    }
  }

  /**
   * Checks and asks all questions.
   *
   * @param listener gets every answer
   * @return the mean of the scores
   * @throws IllegalArgumentException as {@link #check}, or if there are no questions
   */
  public MeanScore score(
      LanguageModel model, List<TextQuestion> questions, Consumer<Answer> listener) {
    check(model, questions);
    double sum = 0;
    for (TextQuestion question : questions) {
      String text = ask(model, question);
      double score = metric.score(text, question.answers());
      listener.accept(new Answer(question, text, score));
      sum += score;
    }
    return new MeanScore(sum, questions.size());
  }

  private String ask(LanguageModel model, TextQuestion question) {
    int[] ids = model.encode(prompt(model, question.prompt()));
    int most = maxNewTokens(question);
    try (Session session = model.openSession()) {
      if (decodeQuestion && question.beginning().isPresent()) {
        int[] start = model.encode(prompt(model, question.beginning().get()));
        return decode(model, session, ids, shared(start, ids), most);
      }
      GenerationConfig config = GenerationConfig.builder().maxNewTokens(most).build();
      return session.append(ids).generate(config).text();
    }
  }

  /** The same, the first {@code prefilled} of {@code ids} as a prompt and the others one by one. */
  private static String decode(
      LanguageModel model, Session session, int[] ids, int prefilled, int most) {
    int[] next = new int[1];
    LogitsConsumer greedy = (position, logits) -> next[0] = LogSoftmax.argmax(logits);
    if (prefilled > 0) {
      session.append(Arrays.copyOf(ids, prefilled));
    }
    for (int i = prefilled; i < ids.length; i++) {
      session.scoreNext(ids[i], greedy);
    }
    Set<Integer> ends =
        Set.copyOf(
            model.defaults().eosTokenIds().orElse(List.copyOf(model.config().eosTokenIds())));
    int[] generated = new int[most];
    int count = 0;
    generated[count++] = next[0];
    while (count < most && !ends.contains(next[0])) {
      session.scoreNext(next[0], greedy);
      generated[count++] = next[0];
    }
    return codec(model).decode(Arrays.copyOf(generated, count), true);
  }

  /**
   * Tokens that both begin with, short of all of {@code ids}, whose last one asks for an answer.
   */
  private static int shared(int[] start, int[] ids) {
    int differs = Arrays.mismatch(start, ids);
    return differs < 0 ? ids.length - 1 : Math.min(differs, ids.length - 1);
  }

  private int maxNewTokens(TextQuestion question) {
    return question.maxNewTokens().orElse(maxNewTokens);
  }

  private Prompt prompt(LanguageModel model, String text) {
    return raw || !codec(model).hasChatTemplate()
        ? Prompt.of(text)
        : Prompt.of(List.of(ChatMessage.user(text)));
  }

  private static TextCodec codec(LanguageModel model) {
    return model
        .codec()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "questions are asked in text, and this model has no tokenizer"));
  }
}
