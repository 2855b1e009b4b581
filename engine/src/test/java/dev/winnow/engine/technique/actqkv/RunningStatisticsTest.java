package dev.winnow.engine.technique.actqkv;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RunningStatisticsTest {
  private final Random random = new Random(5);

  /** Rows of one column; absorbs them and returns them. */
  private double[] absorb(RunningStatistics statistics, int rows, double mean, double deviation) {
    double[] values = random.doubles(rows).map(x -> mean + deviation * (x - 0.5)).toArray();
    double average = Arrays.stream(values).average().orElseThrow();
    double biased = Arrays.stream(values).map(x -> (x - average) * (x - average)).sum() / rows;
    double past = (double) statistics.rows() / rows;
    statistics.absorb(new double[] {average}, new double[] {biased}, rows, past);
    return values;
  }

  private static void assertDescribes(RunningStatistics statistics, double[] all) {
    double mean = Arrays.stream(all).average().orElseThrow();
    double variance = Arrays.stream(all).map(x -> (x - mean) * (x - mean)).sum() / (all.length - 1);
    assertThat(statistics.mean()[0]).isCloseTo(mean, within(1e-12));
    assertThat(statistics.variance()[0]).isCloseTo(variance, within(1e-12));
    assertThat(statistics.rows()).isEqualTo(all.length);
  }

  private static double[] join(double[] a, double[] b) {
    double[] joined = Arrays.copyOf(a, a.length + b.length);
    System.arraycopy(b, 0, joined, a.length, b.length);
    return joined;
  }

  @Test
  void windowsOfOneSizeGiveTheUnbiasedVarianceOfAllRows() {
    RunningStatistics statistics = new RunningStatistics(1);
    double[] all = {};
    for (int window = 0; window < 7; window++) {
      all = join(all, absorb(statistics, 16, window % 3, 1 + window));
      assertDescribes(statistics, all);
    }
    assertThat(statistics.windows()).isEqualTo(7);
  }

  @Test
  void soDoWindowsOfAnySizeSingleRowsIncluded() {
    RunningStatistics statistics = new RunningStatistics(1);
    double[] all = {};
    for (int rows : new int[] {1, 5, 1, 33, 2}) {
      all = join(all, absorb(statistics, rows, rows, 3));
      if (all.length > 1) {
        assertDescribes(statistics, all);
      }
    }
  }

  @Test
  void aSingleRowHasNoVariance() {
    RunningStatistics statistics = new RunningStatistics(1);
    double[] row = absorb(statistics, 1, 4, 1);
    assertThat(statistics.mean()).containsExactly(row);
    assertThat(statistics.variance()).containsExactly(0);
  }

  @Test
  void whatWasNotCommittedCanBeTakenBack() {
    RunningStatistics statistics = new RunningStatistics(1);
    double[] first = absorb(statistics, 8, 2, 1);
    statistics.commit();
    absorb(statistics, 8, 90, 1);
    absorb(statistics, 8, 90, 1);
    statistics.rollback();
    assertDescribes(statistics, first);
    statistics.rollback();
    assertDescribes(statistics, first);
  }

  @Test
  void aCopyGoesOnApart() {
    RunningStatistics statistics = new RunningStatistics(1);
    double[] first = absorb(statistics, 8, 2, 1);
    RunningStatistics copy = statistics.copy();
    double[] second = absorb(statistics, 8, 7, 1);
    assertDescribes(copy, first);
    assertDescribes(statistics, join(first, second));
  }
}
