package dev.winnow.bench.ablate.task;

import dev.winnow.bench.ablate.AblationTask;
import dev.winnow.bench.ablate.KeyDoc;
import dev.winnow.bench.ablate.Measurement;
import dev.winnow.bench.ablate.RunRecord.Better;
import dev.winnow.bench.recall.RecallExample;
import dev.winnow.bench.recall.RecallExample.Question;
import dev.winnow.bench.recall.RecallSuite;
import dev.winnow.engine.Session;
import java.util.LinkedHashMap;
import java.util.Map;

/** Questions about facts hidden in filler; an item is a question. */
public final class RecallAblation implements AblationTask<RecallAblation.Keys> {
  /** Its keys. */
  public record Keys(
      @KeyDoc("tokens of a context with its questions") int tokens,
      @KeyDoc("facts in a context, in [1, 64]") int needles,
      @KeyDoc("facts that lead from a name to its value; 2 and more ask for chains") int hops,
      @KeyDoc("how many questions") int n,
      @KeyDoc("whether questions are fed token by token, as generated tokens are")
          boolean decodeQuestion,
      @KeyDoc("whether costs count the work for contexts too, not only questions and answers")
          boolean promptCost) {
    /** Checks ranges. */
    public Keys {
      suite(needles, hops, n, 0, decodeQuestion).task(tokens);
    }

    private RecallSuite suite(long seed) {
      return suite(needles, hops, n, seed, decodeQuestion);
    }

    private static RecallSuite suite(
        int needles, int hops, int n, long seed, boolean decodeQuestion) {
      return new RecallSuite(needles, hops, n, seed, decodeQuestion);
    }
  }

  @Override
  public String suite() {
    return "recall";
  }

  @Override
  public String summary() {
    return "Questions about facts hidden in filler, for reference:recall.";
  }

  @Override
  public Keys defaults() {
    return new Keys(512, 8, 1, 48, true, false);
  }

  @Override
  public String metric(Keys keys) {
    return "exact match";
  }

  @Override
  public Better better(Keys keys) {
    return Better.HIGHER;
  }

  @Override
  public void measure(Keys keys, Measurement run) {
    if (keys.tokens() > run.model().maxTokens()) {
      throw new IllegalArgumentException(
          "recall: tokens must be at most the model's context of %d, got %d"
              .formatted(run.model().maxTokens(), keys.tokens()));
    }
    Listener listener = new Listener(keys, run);
    double unused = keys.suite(run.seed()).score(run.model(), keys.tokens(), listener).value();
  }

  private static final class Listener implements RecallSuite.Listener {
    private final Keys keys;
    private final Measurement run;
    private int contexts;
    private int questions;

    Listener(Keys keys, Measurement run) {
      this.keys = keys;
      this.run = run;
    }

    @Override
    public void read(Session session) {
      contexts++;
      questions = 0;
      run.held(session.peakKvBytes());
      if (keys.promptCost()) {
        run.work(session.ledger());
      }
    }

    @Override
    public void answered(RecallExample example, Question question, RecallSuite.Answer answer) {
      run.work(answer.ledger());
      run.firstToken(answer.firstTokenMs());
      run.furtherTokens(answer.tpotMs());
      Map<String, Double> at = new LinkedHashMap<>();
      at.put("length", (double) keys.tokens());
      at.put("depth", (double) example.stated(question) / question.start());
      run.item(
          "context %d question %d".formatted(contexts, ++questions),
          at,
          answer.right() ? 1 : 0);
    }
  }
}
