package dev.winnow.bench.ablate.task;

import dev.winnow.bench.LogSoftmax;
import dev.winnow.bench.ablate.AblationTask;
import dev.winnow.bench.ablate.KeyDoc;
import dev.winnow.bench.ablate.Measurement;
import dev.winnow.bench.ablate.RunRecord.Better;
import dev.winnow.engine.Session;
import java.nio.file.Path;

/**
 * How far predictions are from those of dense attention over the same weights, fed the same text;
 * an item is a block of its tail.
 */
public final class FidelityAblation implements AblationTask<FidelityAblation.Keys> {
  /** What a score is. */
  public enum Metric {
    /** Kullback-Leibler divergence from the dense distribution, in nats. */
    KL,
    /** Share of tokens with the same most likely next token. */
    TOP1
  }

  /** Its keys. */
  public record Keys(
      @KeyDoc("a UTF-8 file") Path text,
      @KeyDoc("tokens of the text that are used") int tokens,
      @KeyDoc("the first tokens that are a prompt; those after are fed one at a time and scored")
          int decodeFrom,
      @KeyDoc("tokens in an item") int block,
      @KeyDoc("kl: divergence from dense in nats; top1: same first choice") Metric metric,
      @KeyDoc("whether costs count the work for the prompt too") boolean promptCost) {
    /** Checks ranges. */
    public Keys {
      TextTail.check(tokens, decodeFrom, block);
    }
  }

  @Override
  public String suite() {
    return "fidelity";
  }

  @Override
  public String summary() {
    return "How far predictions are from those of dense attention over the same weights.";
  }

  @Override
  public Keys defaults() {
    return new Keys(null, 4096, 3584, 32, Metric.KL, false);
  }

  @Override
  public String metric(Keys keys) {
    return keys.metric() == Metric.KL ? "kl" : "top-1 agreement";
  }

  @Override
  public Better better(Keys keys) {
    return keys.metric() == Metric.KL ? Better.LOWER : Better.HIGHER;
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
    TextTail tail = new TextTail(ids, keys.decodeFrom(), keys.block(), keys.promptCost());
    try (Session dense = run.dense().openSession()) {
      tail.prompt(dense);
      tail.measure(
          run,
          (logits, id, target) -> {
            double[] score = new double[1];
            dense.scoreNext(id, (position, reference) -> score[0] = score(keys, logits, reference));
            return score[0];
          });
    }
  }

  private static double score(Keys keys, float[] logits, float[] reference) {
    return keys.metric() == Metric.KL
        ? LogSoftmax.divergence(
            reference, LogSoftmax.logSumExp(reference), logits, LogSoftmax.logSumExp(logits))
        : LogSoftmax.argmax(logits) == LogSoftmax.argmax(reference) ? 1 : 0;
  }
}
