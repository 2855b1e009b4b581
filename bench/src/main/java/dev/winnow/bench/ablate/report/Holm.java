package dev.winnow.bench.ablate.report;

import java.util.stream.IntStream;

/** Holm's step-down correction of p values for how many comparisons were made. */
final class Holm {
  private Holm() {}

  /** Corrected values, in the order of {@code p}. */
  static double[] correct(double... p) {
    int[] ascending =
        IntStream.range(0, p.length)
            .boxed()
            .sorted((a, b) -> Double.compare(p[a], p[b]))
            .mapToInt(Integer::intValue)
            .toArray();
    double[] corrected = new double[p.length];
    double largest = 0;
    for (int rank = 0; rank < p.length; rank++) {
      largest = Math.max(largest, Math.min(1, (p.length - rank) * p[ascending[rank]]));
      corrected[ascending[rank]] = largest;
    }
    return corrected;
  }
}
