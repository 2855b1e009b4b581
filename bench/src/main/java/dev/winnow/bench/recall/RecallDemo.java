package dev.winnow.bench.recall;

import dev.winnow.bench.Proportion;
import dev.winnow.bench.recall.RecallExample.Question;
import dev.winnow.engine.GenerationConfig;
import dev.winnow.engine.GenerationResult;
import dev.winnow.engine.LanguageModel;
import dev.winnow.engine.Prompt;
import dev.winnow.engine.metrics.LayerLedger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Asks about one context and notes what the answer cost. */
public final class RecallDemo {
  private RecallDemo() {}

  /**
   * One context.
   *
   * @param tokens its length
   * @param name what is asked for
   * @param expected the right answer, in words
   * @param answer the model's, in words
   * @param right whether they are the same
   * @param score right answers among the questions about all facts of the context
   * @param ttftMs milliseconds from the whole prompt to the first token of the answer
   * @param tokensPerSecond speed of the tokens after the first, over all questions; 0 if there were
   *     none
   * @param attentionFlops floating-point operations of attention, for the one question
   * @param denseAttentionFlops the same of exact dense attention
   * @param kvBytesRead bytes of keys and values that attention read, for the one question
   * @param denseKvBytesRead the same of exact dense attention
   */
  public record Line(
      int tokens,
      String name,
      String expected,
      String answer,
      boolean right,
      Proportion score,
      double ttftMs,
      double tokensPerSecond,
      long attentionFlops,
      long denseAttentionFlops,
      long kvBytesRead,
      long denseKvBytesRead) {}

  /** Puts the first question of {@code suite} with its whole context, then all of them. */
  public static Line run(LanguageModel model, RecallSuite suite, int tokens) {
    RecallExample example = new RecallData(suite.seed()).next(suite.task(tokens));
    Question first = example.questions().getFirst();
    int[] expected = example.answer(first);
    GenerationConfig config =
        GenerationConfig.builder().maxNewTokens(expected.length).eosTokenIds().build();
    GenerationResult result =
        model.generate(Prompt.of(Arrays.copyOf(example.ids(), first.answer())), config);
    int[] answer = result.generatedIds().stream().mapToInt(Integer::intValue).toArray();
    List<Double> perToken = new ArrayList<>();
    Proportion score =
        suite.score(model, tokens, other -> perToken.add(other.result().metrics().tpotMs()));
    double tpotMs = perToken.stream().mapToDouble(Double::doubleValue).average().orElse(0);
    List<LayerLedger> layers = result.ledger().layers();
    // A pair costs a dot product and a weighted sum, two operations per multiply-add.
    long perPair = 4L * model.config().headDim();
    return new Line(
        tokens,
        RecallVocabulary.text(example.ids()[first.answer() - 1]),
        RecallVocabulary.text(expected),
        RecallVocabulary.text(answer),
        Arrays.equals(expected, answer),
        score,
        result.metrics().ttftMs(),
        tpotMs > 0 ? 1000 / tpotMs : 0,
        perPair * layers.stream().mapToLong(LayerLedger::pairs).sum(),
        perPair * layers.stream().mapToLong(LayerLedger::densePairs).sum(),
        result.ledger().kvBytesRead(),
        result.ledger().denseKvBytesRead());
  }
}
