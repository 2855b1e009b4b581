package dev.winnow.bench.score;

/**
 * Mean of scores in [0, 1] with the 95 % interval of Wilson, which is exact match's own, and
 * somewhat wide for scores between 0 and 1, whose spread is smaller.
 *
 * @param sum of all scores
 * @param n how many, at least 1
 */
public record MeanScore(double sum, int n) {
  /** Standard deviations that 95 % of a normal distribution lie within. */
  private static final double Z = 1.959963984540054;

  /** Checks ranges. */
  public MeanScore {
    if (n < 1 || !(sum >= 0 && sum <= n)) {
      throw new IllegalArgumentException(
          "sum must be in [0, n] and n >= 1, got %s of %d".formatted(sum, n));
    }
  }

  /** The mean, in [0, 1]. */
  public double value() {
    return sum / n;
  }

  /** Lower end of the interval. */
  public double low() {
    return Math.max(0, centre() - halfWidth());
  }

  /** Upper end of the interval. */
  public double high() {
    return Math.min(1, centre() + halfWidth());
  }

  /** Both taken together. */
  public MeanScore plus(MeanScore other) {
    return new MeanScore(sum + other.sum, n + other.n);
  }

  private double centre() {
    return (value() + Z * Z / (2.0 * n)) / (1 + Z * Z / n);
  }

  private double halfWidth() {
    double p = value();
    return Z / (1 + Z * Z / n) * Math.sqrt(p * (1 - p) / n + Z * Z / (4.0 * n * n));
  }
}
