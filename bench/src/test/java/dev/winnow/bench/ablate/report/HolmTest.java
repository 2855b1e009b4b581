package dev.winnow.bench.ablate.report;

import static org.assertj.core.api.Assertions.assertThat;

import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class HolmTest {

  @Test
  void theSmallestIsMultipliedByAllTheNextByOneFewer() {
    // By hand: 0.01 * 4, 0.02 * 3, 0.03 * 2 = 0.06, 0.04 * 1 raised to the 0.06 before it.
    assertThat(Holm.correct(0.04, 0.01, 0.03, 0.02))
        .containsExactly(new double[] {0.06, 0.04, 0.06, 0.06}, Offset.offset(1e-12));
  }

  @Test
  void noneExceedsOne() {
    assertThat(Holm.correct(0.6, 0.7)).containsExactly(1, 1);
  }

  @Test
  void oneComparisonNeedsNoCorrectionAndNoneGivesNone() {
    assertThat(Holm.correct(0.03)).containsExactly(0.03);
    assertThat(Holm.correct()).isEmpty();
  }
}
