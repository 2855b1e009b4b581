package dev.winnow.bench.ablate.task;

import dev.winnow.bench.LogSoftmax;
import dev.winnow.bench.ablate.AblationTask;
import dev.winnow.bench.ablate.KeyDoc;
import dev.winnow.bench.ablate.Measurement;
import dev.winnow.bench.ablate.RunRecord.Better;
import java.nio.file.Path;

/** How well a text is predicted while it is decoded; an item is a block of its tail. */
public final class PerplexityAblation implements AblationTask<PerplexityAblation.Keys> {
  /** Its keys. */
  public record Keys(
      @KeyDoc("a UTF-8 file") Path text,
      @KeyDoc("tokens of the text that are used") int tokens,
      @KeyDoc("the first tokens that are a prompt; those after are fed one at a time and scored")
          int decodeFrom,
      @KeyDoc("tokens in an item") int block,
      @KeyDoc("whether costs count the work for the prompt too") boolean promptCost) {
    /** Checks ranges. */
    public Keys {
      TextTail.check(tokens, decodeFrom, block);
    }
  }

  @Override
  public String suite() {
    return "ppl";
  }

  @Override
  public String summary() {
    return "How well a text is predicted, token by token, behind a prompt of its beginning.";
  }

  @Override
  public Keys defaults() {
    return new Keys(null, 4096, 3584, 32, false);
  }

  @Override
  public String metric(Keys keys) {
    return "nll";
  }

  @Override
  public Better better(Keys keys) {
    return Better.LOWER;
  }

  @Override
  public boolean seeded() {
    return false;
  }

  @Override
  public void check(Keys keys) {
    TextTail.check(keys.text(), suite());
  }

  @Override
  public void measure(Keys keys, Measurement run) {
    int[] ids = TextTail.ids(run.model(), keys.text(), keys.tokens());
    new TextTail(ids, keys.decodeFrom(), keys.block(), keys.promptCost())
        .measure(run, (logits, id, target) -> LogSoftmax.logSumExp(logits) - logits[target]);
  }
}
