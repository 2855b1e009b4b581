package dev.winnow.engine.diffusion;

import dev.winnow.engine.sampling.InvalidLogitsException;
import java.util.random.RandomGenerator;

/** Says what a masked place could hold, and how sure that is. */
final class TokenPredictor {

  /**
   * A prediction.
   *
   * @param position place in the canvas
   * @param id the token
   * @param confidence higher is kept first
   */
  record Prediction(int position, int id, double confidence) {}

  private final int maskId;
  private final double temperature;
  private final Remasking remasking;
  private final RandomGenerator random;

  /** A predictor that never predicts {@code maskId}. */
  TokenPredictor(int maskId, double temperature, Remasking remasking, RandomGenerator random) {
    this.maskId = maskId;
    this.temperature = temperature;
    this.remasking = remasking;
    this.random = random;
  }

  /**
   * The likeliest token, or one drawn by Gumbel noise; its confidence is its probability without
   * noise, or a random number.
   *
   * @throws InvalidLogitsException if one is NaN or plus infinity, or all are minus infinity
   */
  Prediction predict(int position, float[] logits) {
    float largest = Float.NEGATIVE_INFINITY;
    int best = -1;
    double bestScore = Double.NEGATIVE_INFINITY;
    for (int id = 0; id < logits.length; id++) {
      if (Float.isNaN(logits[id]) || logits[id] == Float.POSITIVE_INFINITY) {
        throw new InvalidLogitsException(
            "the model's score of token %d at position %d is %s; its weights may be damaged"
                .formatted(id, position, logits[id]));
      }
      largest = Math.max(largest, logits[id]);
      double score = logits[id] + (temperature == 0 ? 0 : temperature * gumbel());
      if (id != maskId && score > bestScore) {
        best = id;
        bestScore = score;
      }
    }
    if (best < 0) {
      throw new InvalidLogitsException(
          "the model gave every token probability 0 at position " + position);
    }
    double confidence =
        remasking == Remasking.RANDOM ? random.nextDouble() : probability(logits, best, largest);
    return new Prediction(position, best, confidence);
  }

  /** In the log domain, where it cannot overflow. */
  private double gumbel() {
    return -Math.log(-Math.log(random.nextDouble()));
  }

  /** Among all tokens, the mask included, as in LLaDA's code. */
  private static double probability(float[] logits, int id, float largest) {
    double sum = 0;
    for (float logit : logits) {
      sum += Math.exp(logit - (double) largest);
    }
    return Math.exp(logits[id] - (double) largest) / sum;
  }
}
