package dev.winnow.bench.ablate.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.winnow.bench.grid.Percentiles;
import dev.winnow.bench.grid.Statistics;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/**
 * References are from SciPy 1.17.1 ({@code scipy.stats.bootstrap}, method percentile) and NumPy
 * 2.4.6 (the two stages written out), 200000 resamples each. An end of an interval over 4000
 * resamples lies within about 0.01 of them, as the standard error is 0.1.
 */
class BootstrapTest {
  private static final double[][] ONE_SEED = {
    {0.31, 0.87, 0.55, 0.12, 0.99, 0.43, 0.76, 0.68, 0.25, 0.91, 0.07}
  };
  private static final double[][] THREE_SEEDS = {
    {0.31, 0.87, 0.55, 0.12}, {0.99, 0.43, 0.76, 0.68, 0.25}, {0.91, 0.07}
  };

  @Test
  void meansOfOneSeedSpreadAsSciPySays() {
    double[] means = Bootstrap.means(ONE_SEED);

    assertThat(means).hasSize(Bootstrap.RESAMPLES);
    assertThat(Statistics.of(means).mean()).isCloseTo(0.54, within(0.005));
    assertThat(Statistics.of(means).stddev()).isCloseTo(0.0935, within(0.004));
    assertEnds(means, 0.3564, 0.7218, 0.015);
  }

  @Test
  void meansOfSeveralSeedsSpreadWiderAsTheTwoStagesSay() {
    double[] means = Bootstrap.means(THREE_SEEDS);

    assertThat(Statistics.of(means).stddev()).isCloseTo(0.1084, within(0.004));
    assertEnds(means, 0.3133, 0.7389, 0.015);
  }

  @Test
  void mediansSpreadAsSciPyAndTheTwoStagesSay() {
    assertEnds(Bootstrap.medians(ONE_SEED), 0.25, 0.87, 1e-12);
    assertEnds(Bootstrap.medians(THREE_SEEDS), 0.12, 0.91, 0.03);
    assertThat(Statistics.of(Bootstrap.medians(ONE_SEED)).stddev()).isCloseTo(0.172, within(0.006));
  }

  @Test
  void twoItemsGiveEachOfTheirMeansAsOftenAsPairsCanBeDrawn() {
    double[] means = Bootstrap.means(new double[][] {{0, 1}});

    // Of the four pairs two have the mean 1/2; 4000 draws vary by 0.8 % (one standard deviation).
    assertThat(share(means, 0)).isCloseTo(0.25, within(0.03));
    assertThat(share(means, 0.5)).isCloseTo(0.5, within(0.03));
    assertThat(share(means, 1)).isCloseTo(0.25, within(0.03));
  }

  @Test
  void itemsAreDrawnFromTheirOwnSeedsOnly() {
    // Seeds without any spread of their own: of two seeds a quarter of the draws has only the
    // first.
    double[] means = Bootstrap.means(new double[][] {{0, 0, 0}, {1, 1, 1}});

    assertThat(Arrays.stream(means).distinct().sorted().toArray()).containsExactly(0, 0.5, 1);
    assertThat(share(means, 0)).isCloseTo(0.25, within(0.03));
  }

  @Test
  void ratiosOfMediansAreDrawnApart() {
    double[] ratios = Bootstrap.medianRatios(new double[][] {{2, 4}}, new double[][] {{1, 2}});

    // Medians 2, 3, 4 over 1, 1.5, 2: each combination comes, so that 4 / 1 and 2 / 2 do.
    assertThat(ratios).contains(4, 1, 2, 3);
    assertThat(Arrays.stream(ratios).allMatch(r -> r >= 1 && r <= 4)).isTrue();
  }

  @Test
  void theSameSamplesGiveTheSameDraws() {
    assertThat(Bootstrap.means(THREE_SEEDS)).isEqualTo(Bootstrap.means(THREE_SEEDS));
  }

  private static double share(double[] values, double value) {
    return Arrays.stream(values).filter(v -> v == value).count() / (double) values.length;
  }

  private static void assertEnds(double[] resampled, double low, double high, double tolerance) {
    assertThat(Percentiles.at(2.5, resampled)).isCloseTo(low, within(tolerance));
    assertThat(Percentiles.at(97.5, resampled)).isCloseTo(high, within(tolerance));
  }
}
