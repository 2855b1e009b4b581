package dev.winnow.engine.technique.actqkv;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.winnow.kernels.Buffer;
import dev.winnow.kernels.HeadsView;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ProbeQueryTest {
  private final List<Buffer> buffers = new ArrayList<>();
  private final Random random = new Random(3);

  @AfterEach
  void free() {
    buffers.forEach(Buffer::close);
  }

  private HeadsView view(int columns, float... values) {
    Buffer buffer = Buffer.of(values);
    buffers.add(buffer);
    return HeadsView.dense(buffer, values.length / columns, 1, columns);
  }

  private float[] gaussian(int count) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }

  private static ProbeQuery probe(Statistics scope, int columns) {
    return new ProbeQuery(Probe.ACTIVATION_AWARE, scope, 16, columns);
  }

  @Test
  void aQueryThatStandsOutWeighsMore() {
    // Mean 1, variance 3, so each weighs (q - 1)^2: 1, 1 and 4 of 6.
    ProbeQuery probe = probe(Statistics.WINDOW, 1);
    HeadsView queries = view(1, 0, 0, 3);
    assertThat(probe.of(queries, new RunningStatistics(1))[0]).isCloseTo(2, within(1e-12));
    double[] weights = {1 / 6.0, 1 / 6.0, 4 / 6.0};
    assertThat(probe.weights(3)).containsExactly(weights, within(1e-12));
  }

  @Test
  void deviationCountsInUnitsOfTheVarianceOfItsColumn() {
    // Variances 2 and 200, their mean 101: (d^2 / 3.01 + e^2 / 201.01) with d = 1, e = 10 for both
    // rows, so both weigh the same although the second column is ten times the first.
    ProbeQuery probe = probe(Statistics.WINDOW, 2);
    double[] result = probe.of(view(2, 0, 0, 2, 20), new RunningStatistics(2));
    assertThat(result).containsExactly(new double[] {1, 10}, within(1e-12));
  }

  @Test
  void theLayersStatisticsKnowEarlierWindows() {
    // Rows 0, 0, 0, 0 and then 0, 4: mean 4/6, and so (0 - 2/3)^2 : (4 - 2/3)^2 = 4 : 100.
    ProbeQuery probe = probe(Statistics.LAYER, 1);
    RunningStatistics layer = new RunningStatistics(1);
    probe.learn(view(1, 0, 0, 0, 0), layer);
    HeadsView window = view(1, 0, 4);
    probe.learn(window, layer);
    assertThat(probe.of(window, layer)[0]).isCloseTo(4 * 100 / 104.0, within(1e-12));
  }

  @ParameterizedTest
  @EnumSource(Statistics.class)
  void weightsAreAtLeastZeroAndSumToOne(Statistics scope) {
    ProbeQuery probe = probe(scope, 6);
    RunningStatistics statistics = new RunningStatistics(6);
    for (int window = 0; window < 5; window++) {
      HeadsView queries = view(6, gaussian(6 * 11));
      probe.learn(queries, statistics);
      probe.of(queries, statistics);
      assertThat(Arrays.stream(probe.weights(11))).allMatch(weight -> weight >= 0);
      assertThat(Arrays.stream(probe.weights(11)).sum()).isCloseTo(1, within(1e-12));
    }
  }

  @ParameterizedTest
  @EnumSource(Statistics.class)
  void aSingleQueryIsItsOwnProbe(Statistics scope) {
    ProbeQuery probe = probe(scope, 3);
    RunningStatistics statistics = new RunningStatistics(3);
    HeadsView query = view(3, 1.5f, -2, 7);
    probe.learn(query, statistics);
    assertThat(probe.of(query, statistics)).containsExactly(1.5, -2, 7);
  }

  @Test
  void equalDeviationsGiveThePlainMean() {
    ProbeQuery probe = probe(Statistics.WINDOW, 2);
    HeadsView queries = view(2, 1, 5, 3, 5, 3, 9, 1, 9);
    assertThat(probe.of(queries, new RunningStatistics(2)))
        .containsExactly(new double[] {2, 7}, within(1e-12));
    HeadsView same = view(2, 4, 6, 4, 6, 4, 6);
    assertThat(probe.of(same, new RunningStatistics(2)))
        .containsExactly(new double[] {4, 6}, within(1e-12));
  }

  @Test
  void theOrderOfQueriesDoesNotMatter() {
    float[] values = gaussian(5 * 9);
    float[] reversed = new float[values.length];
    for (int row = 0; row < 9; row++) {
      System.arraycopy(values, row * 5, reversed, (8 - row) * 5, 5);
    }
    ProbeQuery probe = probe(Statistics.LAYER, 5);
    RunningStatistics forwards = new RunningStatistics(5);
    probe.learn(view(5, values), forwards);
    double[] one = probe.of(view(5, values), forwards).clone();
    RunningStatistics backwards = new RunningStatistics(5);
    probe.learn(view(5, reversed), backwards);
    assertThat(probe.of(view(5, reversed), backwards)).containsExactly(one, within(1e-12));
  }

  @Test
  void aMeanProbeIgnoresDeviations() {
    ProbeQuery probe = new ProbeQuery(Probe.MEAN, Statistics.LAYER, 16, 1);
    assertThat(probe.learns()).isFalse();
    assertThat(probe.of(view(1, 0, 0, 3), new RunningStatistics(1))[0]).isCloseTo(1, within(1e-12));
  }

  @Test
  void globalStatisticsTakeThePlainMeanOfTheFirst1001Windows() {
    ProbeQuery probe = probe(Statistics.GLOBAL, 1);
    RunningStatistics global = new RunningStatistics(1);
    HeadsView window = view(1, 0, 0, 3);
    for (int n = 0; n < 1001; n++) {
      probe.learn(window, global);
      assertThat(probe.of(window, global)[0]).isCloseTo(1, within(1e-12));
    }
    probe.learn(window, global);
    assertThat(probe.of(window, global)[0]).isCloseTo(2, within(1e-9));
  }

  @Test
  void globalStatisticsCountEveryWindowAlikeAndFadeAfter1000() {
    ProbeQuery probe = probe(Statistics.GLOBAL, 1);
    RunningStatistics global = new RunningStatistics(1);
    probe.learn(view(1, 0, 0, 0, 0), global);
    probe.learn(view(1, 6), global);
    assertThat(global.mean()[0]).isCloseTo(3, within(1e-12));
    HeadsView zero = view(1, 0);
    for (int n = 2; n < 2000; n++) {
      probe.learn(zero, global);
    }
    double before = global.mean()[0];
    probe.learn(zero, global);
    assertThat(global.mean()[0]).isCloseTo(before * 1000 / 1001, within(1e-12));
  }
}
