package dev.winnow.bench.ablate.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NormalTest {

  /** References are {@code 2 * scipy.stats.norm.sf(z)} of SciPy 1.17.1. */
  @ParameterizedTest
  @CsvSource({
    "0, 1",
    "0.5, 0.6170750774519738",
    "-1, 0.31731050786291415",
    "1.959963984540054, 0.05",
    "3, 0.0026997960632601866",
    "3.6, 0.00031821718031506727",
    "6, 1.973175290075389e-09"
  })
  void twoSidedProbabilitiesAreThoseOfSciPy(double z, double p) {
    assertThat(Normal.twoSided(z)).isCloseTo(p, withinPercentage(1e-7));
  }
}
