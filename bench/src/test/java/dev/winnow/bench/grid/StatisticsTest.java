package dev.winnow.bench.grid;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class StatisticsTest {

  @Test
  void summarisesAnOddNumberOfSamples() {
    // Mean 5, squared deviations 9 + 1 + 16 = 26, over n - 1 = 2.
    Statistics statistics = Statistics.of(2, 9, 4);
    assertThat(statistics.median()).isEqualTo(4);
    assertThat(statistics.min()).isEqualTo(2);
    assertThat(statistics.max()).isEqualTo(9);
    assertThat(statistics.mean()).isEqualTo(5);
    assertThat(statistics.stddev()).isCloseTo(Math.sqrt(13), within(1e-12));
  }

  @Test
  void takesTheMeanOfTheMiddleTwoOfAnEvenNumber() {
    assertThat(Statistics.of(10, 1, 2, 4).median()).isEqualTo(3);
  }

  @Test
  void knowsNoSpreadOfASingleSample() {
    assertThat(Statistics.of(7)).isEqualTo(new Statistics(7, 7, 7, 7, 0));
  }

  @Test
  void leavesTheSamplesInTheirOrder() {
    double[] samples = {3, 1, 2};
    Statistics.of(samples);
    assertThat(samples).containsExactly(3, 1, 2);
  }

  @Test
  void refusesNoSamples() {
    assertThatIllegalArgumentException().isThrownBy(Statistics::of);
  }
}
