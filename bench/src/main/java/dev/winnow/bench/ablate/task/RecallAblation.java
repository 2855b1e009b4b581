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
import java.util.List;
import java.util.Map;

/** Questions about facts hidden in filler; an item is a question. */
public final class RecallAblation implements AblationTask<RecallAblation.Keys> {
  /** Its keys. */
  public record Keys(
      @KeyDoc("lengths of contexts with their questions, in tokens") List<Integer> tokens,
      @KeyDoc("facts in a context, in [1, 64]") int needles,
      @KeyDoc("facts that lead from a name to its value; 2 and more ask for chains") int hops,
      @KeyDoc("questions for each length") int n,
      @KeyDoc("whether questions are fed token by token, as generated tokens are")
          boolean decodeQuestion,
      @KeyDoc("whether costs count the work for contexts too, not only questions and answers")
          boolean promptCost) {
    /** Copies the list and checks ranges. */
    public Keys {
      tokens = Lengths.checked(tokens);
      RecallSuite suite = suite(needles, hops, n, 0, decodeQuestion);
      tokens.forEach(suite::task);
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
    return new Keys(List.of(512), 8, 1, 48, true, false);
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
    Lengths.checkFit(keys.tokens(), run.model());
    for (int tokens : keys.tokens()) {
      Listener listener = new Listener(keys, tokens, run);
      keys.suite(run.seed()).score(run.model(), tokens, listener);
    }
  }

  private static final class Listener implements RecallSuite.Listener {
    private final Keys keys;
    private final int tokens;
    private final Measurement run;
    private int contexts;
    private int questions;

    Listener(Keys keys, int tokens, Measurement run) {
      this.keys = keys;
      this.tokens = tokens;
      this.run = run;
    }

    @Override
    public void read(Session session) {
      contexts++;
      questions = 0;
      if (keys.promptCost()) {
        run.work(session.ledger());
      }
    }

    @Override
    public void answered(RecallExample example, Question question, RecallSuite.Answer answer) {
      run.work(answer.ledger());
      run.held(answer.peakKvBytes());
      run.firstToken(answer.firstTokenMs());
      run.furtherTokens(answer.tpotMs());
      Map<String, Double> at = new LinkedHashMap<>();
      at.put("length", (double) tokens);
      at.put("depth", (double) example.stated(question) / question.start());
      run.item("%d/%d/%d".formatted(tokens, contexts, ++questions), at, answer.right() ? 1 : 0);
    }
  }
}
