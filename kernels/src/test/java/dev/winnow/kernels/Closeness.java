package dev.winnow.kernels;

import static org.assertj.core.api.Assertions.assertThat;

/** Comparison of float32 results with those of the oracle. */
final class Closeness {
  /** Largest error allowed, relative to the largest magnitude of the expected numbers. */
  static final double BOUND = 2e-6;

  private Closeness() {}

  static void assertClose(Buffer got, Buffer want) {
    assertClose(got, want, BOUND);
  }

  static void assertClose(Buffer got, Buffer want, double bound) {
    double largest = 1e-30;
    for (long i = 0; i < want.elements(); i++) {
      float magnitude = Math.abs(want.getFloat(i));
      largest = magnitude < Float.POSITIVE_INFINITY ? Math.max(largest, magnitude) : largest;
    }
    assertWithin(bound * largest, got, want);
  }

  /** Finite numbers may differ by {@code error}, others not at all. */
  static void assertWithin(double error, Buffer got, Buffer want) {
    for (long i = 0; i < want.elements(); i++) {
      float a = got.getFloat(i);
      float b = want.getFloat(i);
      boolean same =
          Float.isFinite(b) ? Math.abs((double) a - b) <= error : Float.compare(a, b) == 0;
      if (!same) {
        assertThat(a).as("element %d of %d", i, want.elements()).isEqualTo(b);
      }
    }
  }
}
