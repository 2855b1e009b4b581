package dev.winnow.bench.ablate.report;

/** The normal distribution. */
final class Normal {
  private Normal() {}

  /** Probability of being at least {@code |z|} standard deviations off the mean. */
  static double twoSided(double z) {
    return erfc(Math.abs(z) / Math.sqrt(2));
  }

  /**
   * Complementary error function for {@code x >= 0}: its series near 0, its continued fraction
   * (Abramowitz and Stegun 7.1.5 and 7.1.14) further out.
   */
  private static double erfc(double x) {
    if (x < 2.5) {
      double term = x;
      double sum = x;
      for (int n = 1; n < 60; n++) {
        term *= -x * x / n;
        sum += term / (2 * n + 1);
      }
      return 1 - 2 / Math.sqrt(Math.PI) * sum;
    }
    double fraction = 0;
    for (int n = 60; n >= 1; n--) {
      fraction = n / 2.0 / (x + fraction);
    }
    return Math.exp(-x * x) / Math.sqrt(Math.PI) / (x + fraction);
  }
}
