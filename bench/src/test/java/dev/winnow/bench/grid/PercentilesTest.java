package dev.winnow.bench.grid;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class PercentilesTest {

  @Test
  void interpolatesBetweenTheSamplesAroundTheRank() {
    // Sorted 1, 2, 4, 10: p50 at rank 1.5, p95 at rank 2.85.
    Percentiles percentiles = Percentiles.of(10, 1, 4, 2);
    assertThat(percentiles.p50()).isEqualTo(3);
    assertThat(percentiles.p95()).isCloseTo(4 + 0.85 * 6, within(1e-12));
  }

  @Test
  void ofASingleSampleAreThatSample() {
    assertThat(Percentiles.of(7)).isEqualTo(new Percentiles(7, 7));
  }

  @Test
  void refusesNoSamples() {
    assertThatIllegalArgumentException().isThrownBy(Percentiles::of);
  }
}
