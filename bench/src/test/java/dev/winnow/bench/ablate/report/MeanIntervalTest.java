package dev.winnow.bench.ablate.report;

import static dev.winnow.bench.ablate.report.RunBuilder.run;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class MeanIntervalTest {

  /** References are {@code scipy.stats.binomtest(n, n).proportion_ci(method='exact')}. */
  @Test
  void answersThatAreAllRightHaveTheIntervalOfClopperAndPearson() {
    assertThat(ofOnes(1).low()).isCloseTo(0.025, within(1e-9));
    assertThat(ofOnes(12).low()).isCloseTo(0.7353515306, within(1e-9));
    assertThat(ofOnes(48).low()).isCloseTo(0.9260272147, within(1e-9));
    assertThat(ofOnes(48).high()).isEqualTo(1);
  }

  @Test
  void theMeanIsOverAllItemsOfAllSeeds() {
    Interval interval =
        MeanInterval.ofScores(
            Scores.of(
                List.of(
                    run("fasa").seed(1).scores(0.5).build(),
                    run("fasa").seed(2).scores(1, 1, 1).build())));

    assertThat(interval.value()).isEqualTo(0.875);
    assertThat(interval.low()).isEqualTo(0.5);
    assertThat(interval.high()).isEqualTo(1);
  }

  @Test
  void noItemsGiveNoInterval() {
    assertThat(MeanInterval.ofScores(Scores.of(List.of())).known()).isFalse();
  }

  private static Interval ofOnes(int n) {
    double[] ones = new double[n];
    Arrays.fill(ones, 1);
    return MeanInterval.ofScores(Scores.of(List.of(run("fasa").scores(ones).build())));
  }
}
