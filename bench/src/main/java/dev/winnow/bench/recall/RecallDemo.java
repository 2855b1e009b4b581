package dev.winnow.bench.recall;

import dev.winnow.bench.Proportion;
import dev.winnow.bench.recall.RecallExample.Question;
import dev.winnow.engine.LanguageModel;
import dev.winnow.engine.Session;
import dev.winnow.engine.metrics.LayerLedger;
import java.util.ArrayList;
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
   * @param ttftMs milliseconds from the context to the first token of the answer
   * @param tokensPerSecond speed of the tokens after the first, over all questions; 0 if there were
   *     none
   * @param attentionFlops floating-point operations of attention and of choosing what it reads, for
   *     the context and the one question
   * @param denseAttentionFlops the same of exact dense attention
   * @param kvBytesRead bytes of keys and values that attention read and that choosing read, for the
   *     context and the one question
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

  /** Reads one context, puts the first question about it, then all others. */
  public static Line run(LanguageModel model, RecallSuite suite, int tokens) {
    RecallSuite.checkVocabulary(model);
    RecallExample example = new RecallData(suite.seed()).next(suite.task(tokens));
    List<RecallSuite.Answer> answers = new ArrayList<>();
    long start = System.nanoTime();
    try (Session context = model.openSession().append(RecallSuite.context(example))) {
      double contextMs = (System.nanoTime() - start) / 1e6;
      for (Question question : example.questions()) {
        answers.add(suite.ask(context, example, question));
      }
      RecallSuite.Answer first = answers.getFirst();
      int right = (int) answers.stream().filter(RecallSuite.Answer::right).count();
      double tpotMs =
          answers.stream().mapToDouble(RecallSuite.Answer::tpotMs).average().orElseThrow();
      List<LayerLedger> layers = new ArrayList<>(context.ledger().layers());
      layers.addAll(first.ledger().layers());
      // A pair costs a dot product and a weighted sum, two operations per multiply-add.
      long perPair = 4L * model.config().headDim();
      return new Line(
          tokens,
          RecallVocabulary.text(example.ids()[example.questions().getFirst().answer() - 1]),
          RecallVocabulary.text(first.expected()),
          RecallVocabulary.text(first.generated()),
          first.right(),
          new Proportion(right, answers.size()),
          contextMs + first.firstTokenMs(),
          tpotMs > 0 ? 1000 / tpotMs : 0,
          layers.stream().mapToLong(l -> perPair * l.pairs() + l.selectionFlops()).sum(),
          perPair * layers.stream().mapToLong(LayerLedger::densePairs).sum(),
          context.ledger().kvBytesRead() + first.ledger().kvBytesRead(),
          context.ledger().denseKvBytesRead() + first.ledger().denseKvBytesRead());
    }
  }
}
