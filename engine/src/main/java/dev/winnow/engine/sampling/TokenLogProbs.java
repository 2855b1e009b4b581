package dev.winnow.engine.sampling;

import java.util.ArrayList;
import java.util.List;

/**
 * Natural logarithms of probabilities, from the model's logits before any processor.
 *
 * @param chosen of the token that was chosen
 * @param top the most likely tokens, best first; as many as asked for
 */
public record TokenLogProbs(double chosen, List<Alternative> top) {

  /**
   * A token that could have been chosen.
   *
   * @param id the token
   * @param logProb its log-probability
   */
  public record Alternative(int id, double logProb) {}

  /** Copies the list. */
  public TokenLogProbs {
    top = List.copyOf(top);
  }

  static TokenLogProbs of(float[] logits, int chosen, int count) {
    float max = Float.NEGATIVE_INFINITY;
    for (float logit : logits) {
      max = Math.max(max, logit);
    }
    double sum = 0;
    for (float logit : logits) {
      sum += Math.exp(logit - max);
    }
    double logSum = max + Math.log(sum);
    List<Alternative> top = new ArrayList<>();
    for (long key : Ranking.best(logits, logits.length, count)) {
      top.add(new Alternative(Ranking.id(key), Ranking.score(key) - logSum));
    }
    return new TokenLogProbs(logits[chosen] - logSum, top);
  }
}
