package dev.winnow.bench;

import dev.winnow.engine.loop.LogitsConsumer;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * How well a model predicts a text, each token from all before it, and how far that is from a
 * reference fed the same tokens.
 *
 * @param meanNll mean negative log-likelihood, in nats
 * @param tokens tokens scored: all but the first, or those predicted while decoding
 * @param against the comparison, if there was a reference
 */
public record Perplexity(double meanNll, int tokens, Optional<Against> against) {

  /**
   * A comparison with a reference.
   *
   * @param meanNll the reference's mean negative log-likelihood, in nats
   * @param top1Agreement fraction of positions with the same most likely token
   * @param meanKl mean Kullback-Leibler divergence from the reference's distribution, in nats
   */
  public record Against(double meanNll, double top1Agreement, double meanKl) {}

  /**
   * How the tokens are fed.
   *
   * @param chunk tokens at once while prefilling, at least 1; this many rows of logits are kept
   * @param decodeFrom the first tokens that are prefilled; those after are fed one at a time, as
   *     generated ones are. If there are any, only what they predict is scored: the others are the
   *     context, which is computed the same with or without a technique that works on generated
   *     tokens.
   */
  public record Feeding(int chunk, int decodeFrom) {
    /** Checks ranges. */
    public Feeding {
      if (chunk < 1) {
        throw new IllegalArgumentException("chunk must be >= 1, got " + chunk);
      }
      if (decodeFrom < 0) {
        throw new IllegalArgumentException("decode_from must be >= 0, got " + decodeFrom);
      }
    }

    /** All prefilled, {@code chunk} at once. */
    public static Feeding prefill(int chunk) {
      return new Feeding(chunk, Integer.MAX_VALUE);
    }
  }

  /** Exponential of the mean negative log-likelihood. */
  public double perplexity() {
    return Math.exp(meanNll);
  }

  /** The perplexity over the reference's, if there was one. */
  public Optional<Double> ratio() {
    return against.map(other -> Math.exp(meanNll - other.meanNll));
  }

  /**
   * Scores {@code ids}.
   *
   * @param model an empty sequence
   * @param reference another, of the same vocabulary
   * @throws IllegalArgumentException if there are fewer than two ids or the vocabularies differ
   */
  public static Perplexity measure(
      TokenScorer model, Optional<TokenScorer> reference, int[] ids, Feeding feeding) {
    if (ids.length < 2) {
      throw new IllegalArgumentException("tokens must be >= 2, got " + ids.length);
    }
    if (reference.isPresent() && reference.get().vocabSize() != model.vocabSize()) {
      throw new IllegalArgumentException(
          "the vocabularies differ: %d and %d"
              .formatted(model.vocabSize(), reference.get().vocabSize()));
    }
    Rows rows = new Rows(model.vocabSize());
    Rows otherRows = new Rows(model.vocabSize());
    int fed = ids.length - 1;
    int firstScored = feeding.decodeFrom < fed ? feeding.decodeFrom : 0;
    int scored = fed - firstScored;
    double nll = 0;
    double otherNll = 0;
    double divergence = 0;
    int sameTop = 0;
    for (int at = 0; at < fed; ) {
      boolean prefill = at < feeding.decodeFrom;
      int count = prefill ? Math.min(feeding.chunk, Math.min(fed, feeding.decodeFrom) - at) : 1;
      int[] piece = Arrays.copyOfRange(ids, at, at + count);
      int[] targets = Arrays.copyOfRange(ids, at + 1, at + 1 + count);
      rows.fill(model, piece, prefill);
      if (reference.isPresent()) {
        otherRows.fill(reference.get(), piece, prefill);
      }
      if (at < firstScored) {
        at += count;
        continue;
      }
      double[] logSumExp = rows.logSumExp();
      nll += rows.nll(targets, logSumExp);
      if (reference.isPresent()) {
        double[] otherLogSumExp = otherRows.logSumExp();
        otherNll += otherRows.nll(targets, otherLogSumExp);
        sameTop += rows.sameTop(otherRows);
        divergence += rows.divergence(logSumExp, otherRows, otherLogSumExp);
      }
      at += count;
    }
    Against against =
        new Against(otherNll / scored, (double) sameTop / scored, divergence / scored);
    return new Perplexity(nll / scored, scored, reference.map(unused -> against));
  }

  /** Logits of one piece; rows are worked on in parallel, their results added in order. */
  private static final class Rows implements LogitsConsumer {
    private final int vocabSize;
    private float[][] logits = new float[0][];
    private int count;

    Rows(int vocabSize) {
      this.vocabSize = vocabSize;
    }

    void fill(TokenScorer scorer, int[] ids, boolean prefill) {
      count = 0;
      if (logits.length < ids.length) {
        logits = new float[ids.length][vocabSize];
      }
      if (prefill) {
        scorer.prefill(ids, this);
      } else {
        scorer.decode(ids[0], this);
      }
      if (count != ids.length) {
        throw new IllegalStateException(
            "%d rows of logits for %d tokens".formatted(count, ids.length));
      }
    }

    @Override
    public void accept(int position, float[] row) {
      System.arraycopy(row, 0, logits[count++], 0, vocabSize);
    }

    double[] logSumExp() {
      return rows().mapToDouble(row -> LogSoftmax.logSumExp(logits[row])).toArray();
    }

    double nll(int[] targets, double[] logSumExp) {
      double sum = 0;
      for (int row = 0; row < count; row++) {
        sum += logSumExp[row] - logits[row][targets[row]];
      }
      return sum;
    }

    int sameTop(Rows other) {
      return (int)
          rows()
              .filter(row -> LogSoftmax.argmax(logits[row]) == LogSoftmax.argmax(other.logits[row]))
              .count();
    }

    double divergence(double[] logSumExp, Rows reference, double[] referenceLogSumExp) {
      double[] each =
          rows()
              .mapToDouble(
                  row ->
                      LogSoftmax.divergence(
                          reference.logits[row],
                          referenceLogSumExp[row],
                          logits[row],
                          logSumExp[row]))
              .toArray();
      double sum = 0;
      for (double one : each) {
        sum += one;
      }
      return sum;
    }

    private IntStream rows() {
      return IntStream.range(0, count).parallel();
    }
  }
}
