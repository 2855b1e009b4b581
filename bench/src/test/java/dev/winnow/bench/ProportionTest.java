package dev.winnow.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class ProportionTest {
  // Intervals by R: binom::binom.confint(x, n, methods = "wilson").

  @Test
  void the_interval_is_wilsons() {
    Proportion eightOfTen = new Proportion(8, 10);

    assertThat(eightOfTen.value()).isEqualTo(0.8);
    assertThat(eightOfTen.low()).isCloseTo(0.4901625, within(1e-6));
    assertThat(eightOfTen.high()).isCloseTo(0.9433178, within(1e-6));
  }

  @Test
  void the_interval_stays_within_zero_and_one() {
    assertThat(new Proportion(10, 10).low()).isCloseTo(0.7224672, within(1e-6));
    assertThat(new Proportion(10, 10).high()).isLessThanOrEqualTo(1).isCloseTo(1, within(1e-12));
    assertThat(new Proportion(0, 10).low()).isNotNegative().isCloseTo(0, within(1e-12));
  }

  @Test
  void trials_add_up() {
    assertThat(new Proportion(1, 2).plus(new Proportion(3, 5))).isEqualTo(new Proportion(4, 7));
  }

  @Test
  void more_successes_than_trials_are_refused() {
    assertThatThrownBy(() -> new Proportion(3, 2)).hasMessageContaining("3 of 2");
    assertThatThrownBy(() -> new Proportion(0, 0)).hasMessageContaining("0 of 0");
  }
}
