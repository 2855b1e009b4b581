package dev.winnow.bench.ablate.report;

import static dev.winnow.bench.ablate.report.RunBuilder.run;
import static org.assertj.core.api.Assertions.assertThat;

import dev.winnow.bench.ablate.RunRecord;
import dev.winnow.bench.ablate.RunRecord.Cost;
import java.util.List;
import org.junit.jupiter.api.Test;

class LatencyTest {

  @Test
  void ratiosAreOfTheSameAnswersThoughAnswersDiffer() {
    // Answers take 10, 100 and 1000 ms; each is 20 % faster, which medians of all could not show.
    Latency latency =
        tpot(
            List.of(run("fasa").cost(1, 1, 8.0, 80.0, 800.0).build()),
            List.of(run("dense").cost(1, 1, 10.0, 100.0, 1000.0).build()));

    assertThat(latency.milliseconds().value()).isEqualTo(80);
    assertThat(latency.toDense()).isEqualTo(new Interval(0.8, 0.8, 0.8));
    assertThat(latency.paired()).isTrue();
  }

  @Test
  void answersThatDoNotCorrespondAreComparedByTheirMedians() {
    Latency latency =
        tpot(
            List.of(run("fasa").cost(1, 1, 10.0, 20.0, 30.0).build()),
            List.of(run("dense").cost(1, 1, 40.0, 40.0).build()));

    assertThat(latency.toDense().value()).isEqualTo(0.5);
    assertThat(latency.toDense().low()).isEqualTo(0.25);
    assertThat(latency.toDense().high()).isEqualTo(0.75);
    assertThat(latency.paired()).isFalse();
  }

  @Test
  void onlySeedsThatBothHaveAreCompared() {
    Latency latency =
        tpot(
            List.of(
                run("fasa").seed(1).cost(1, 1, 5.0).build(),
                run("fasa").seed(2).cost(1, 1, 500.0).build()),
            List.of(run("dense").seed(1).cost(1, 1, 10.0).build()));

    assertThat(latency.milliseconds().value()).isEqualTo(252.5);
    assertThat(latency.toDense().value()).isEqualTo(0.5);
  }

  @Test
  void withoutTimesThereIsNothingAndWithoutDenseNoRatio() {
    assertThat(tpot(List.of(run("fasa").build()), List.of())).isEqualTo(Latency.NONE);

    Latency alone = tpot(List.of(run("fasa").cost(1, 1, 7.0).build()), List.of());
    assertThat(alone.milliseconds().value()).isEqualTo(7);
    assertThat(alone.toDense().known()).isFalse();
  }

  private static Latency tpot(List<RunRecord> variant, List<RunRecord> dense) {
    return Latency.of(variant, dense, Cost::tpotMs);
  }
}
