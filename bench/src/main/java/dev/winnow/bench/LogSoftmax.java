package dev.winnow.bench;

/** Log-probabilities of float32 logits, summed in float64. */
public final class LogSoftmax {
  private LogSoftmax() {}

  /** Index of the largest element, the first of equal ones; 0 if there is none but NaN. */
  public static int argmax(float[] logits) {
    int best = 0;
    for (int i = 1; i < logits.length; i++) {
      if (logits[i] > logits[best] || Float.isNaN(logits[best])) {
        best = i;
      }
    }
    return best;
  }

  /** Logarithm of the sum of exponentials: a log-probability is the logit less this. */
  public static double logSumExp(float[] logits) {
    double max = logits[argmax(logits)];
    if (Double.isInfinite(max)) {
      return max;
    }
    double sum = 0;
    for (float logit : logits) {
      sum += Math.exp(logit - max);
    }
    return max + Math.log(sum);
  }

  /** Kullback-Leibler divergence of {@code logits} from {@code reference}, in nats. */
  public static double divergence(
      float[] reference, double referenceLogSumExp, float[] logits, double logSumExp) {
    double sum = 0;
    for (int i = 0; i < logits.length; i++) {
      double log = reference[i] - referenceLogSumExp;
      double p = Math.exp(log);
      if (p > 0) {
        sum += p * (log - (logits[i] - logSumExp));
      }
    }
    return sum;
  }
}
