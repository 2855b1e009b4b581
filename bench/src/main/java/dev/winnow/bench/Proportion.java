package dev.winnow.bench;

import dev.winnow.bench.score.MeanScore;

/**
 * How many of some trials succeeded.
 *
 * @param successes those that did
 * @param n all of them, at least one
 */
public record Proportion(int successes, int n) {
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
    return asMean().low();
  }

  /** Upper end of the 95 % interval of Wilson. */
  public double high() {
    return asMean().high();
  }

  /** Both taken together. */
  public Proportion plus(Proportion other) {
    return new Proportion(successes + other.successes, n + other.n);
  }

  private MeanScore asMean() {
    return new MeanScore(successes, n);
  }
}
