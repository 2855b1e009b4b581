package dev.winnow.bench.ablate.report;

import dev.winnow.bench.grid.Percentiles;

/**
 * An estimate and its 95 % interval.
 *
 * @param value the estimate; NaN if there is nothing to estimate it from
 * @param low lower end
 * @param high upper end
 */
record Interval(double value, double low, double high) {

  /** Nothing was measured. */
  static final Interval NONE = new Interval(Double.NaN, Double.NaN, Double.NaN);

  /** The percentile interval: the middle 95 % of what resampling gave for {@code value}. */
  static Interval of(double value, double[] resampled) {
    return new Interval(value, Percentiles.at(2.5, resampled), Percentiles.at(97.5, resampled));
  }

  boolean known() {
    return !Double.isNaN(value);
  }

  boolean isAbove(double bound) {
    return low > bound;
  }

  boolean isBelow(double bound) {
    return high < bound;
  }

  boolean excludes(double bound) {
    return isAbove(bound) || isBelow(bound);
  }

  /** Cut to where a proportion, or a difference of two, can be. */
  Interval within(double least, double most) {
    return new Interval(value, Math.max(low, least), Math.min(high, most));
  }
}
