package dev.winnow.bench.jsonl;

import dev.winnow.bench.Asking;
import dev.winnow.bench.PromptFormat;
import dev.winnow.bench.score.MeanScore;
import dev.winnow.bench.score.TextMetric;
import dev.winnow.engine.LanguageModel;
import dev.winnow.engine.Session;
import java.util.List;
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
   * @param asked what it took
   */
  public record Answer(TextQuestion question, String text, double score, Asking.Answer asked) {}

  /**
   * Checks that every question fits the model.
   *
   * @throws IllegalArgumentException if one does not, naming its line, or the model has no
   *     tokenizer
   */
  public void check(LanguageModel model, List<TextQuestion> questions) {
    PromptFormat format = PromptFormat.of(model, raw);
    for (TextQuestion question : questions) {
      int prompt = format.encode(question.prompt()).length;
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
    PromptFormat format = PromptFormat.of(model, raw);
    double sum = 0;
    for (TextQuestion question : questions) {
      Asking.Answer asked = ask(model, format, question);
      String text = format.decode(asked.generated());
      double score = metric.score(text, question.answers());
      listener.accept(new Answer(question, text, score, asked));
      sum += score;
    }
    return new MeanScore(sum, questions.size());
  }

  private Asking.Answer ask(LanguageModel model, PromptFormat format, TextQuestion question) {
    // Without a question of its own the whole prompt is one, which is never decoded.
    boolean decoded = decodeQuestion && question.context().isPresent();
    PromptFormat.Split prompt =
        decoded
            ? format.split(question.beginning().orElseThrow(), question.question(), "")
            : format.split("", question.prompt(), "");
    try (Session session = model.openSession()) {
      if (prompt.context().length > 0) {
        session.append(prompt.context());
      }
      Asking asking = Asking.of(model, maxNewTokens(question), decoded);
      return asking.ask(session, prompt.question());
    }
  }

  private int maxNewTokens(TextQuestion question) {
    return question.maxNewTokens().orElse(maxNewTokens);
  }
}
