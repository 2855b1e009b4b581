package dev.winnow.bench;

/**
 * How many of some trials succeeded.
 *
 * @param successes those that did
 * @param n all of them, at least one
 */
public record Proportion(int successes, int n) {
  /** Standard deviations that 95 % of a normal distribution lie within. */
  private static final double Z = 1.959963984540054;

  /** Checks ranges. */
  public Proportion {
    if (n < 1 || successes < 0 || successes > n) {
      throw new IllegalArgumentException(
          "successes must be in [0, n] and n >= 1, got %d of %d".formatted(successes, n));
    }
  }

  /** The part that succeeded, in [0, 1]. */
  public double value() {
    return (double) successes / n;
  }

  /** Lower end of the 95 % interval of Wilson. */
  public double low() {
    return Math.max(0, centre() - halfWidth());
  }

  /** Upper end of the 95 % interval of Wilson. */
  public double high() {
    return Math.min(1, centre() + halfWidth());
  }

  /** Both taken together. */
  public Proportion plus(Proportion other) {
    return new Proportion(successes + other.successes, n + other.n);
  }

  private double centre() {
    return (value() + Z * Z / (2.0 * n)) / (1 + Z * Z / n);
  }

  private double halfWidth() {
    double p = value();
    return Z / (1 + Z * Z / n) * Math.sqrt(p * (1 - p) / n + Z * Z / (4.0 * n * n));
  }
}
