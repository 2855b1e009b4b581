package dev.winnow.bench.ablate.report;

import static dev.winnow.bench.ablate.report.RunBuilder.run;
import static org.assertj.core.api.Assertions.assertThat;

import dev.winnow.bench.ablate.RunRecord;
import dev.winnow.bench.ablate.RunRecord.Cost;
import java.util.List;
import org.junit.jupiter.api.Test;

class WorkTest {

  @Test
  void totalsAreExactSumsOverSeeds() {
    // Beyond what float holds: 2^24 + 1 and so on.
    Work work =
        work(
            List.of(
                run("fasa").seed(1).cost(cost(16_777_217, 33_554_434, 5)).build(),
                run("fasa").seed(2).cost(cost(16_777_219, 33_554_438, 7)).build()),
            List.of());

    assertThat(work.flops()).isEqualTo(33_554_436);
    assertThat(work.denseFlops()).isEqualTo(67_108_872);
    assertThat(work.flopsRatio()).isEqualTo(0.5);
    assertThat(work.peakKvBytes()).isEqualTo(7);
    assertThat(work.densePeakKvBytes()).isZero();
  }

  @Test
  void theBoundIsTheLesserRatio() {
    assertThat(work(List.of(run("fasa").cost(900, 250).build()), List.of()).bound())
        .isEqualTo(0.25);
    assertThat(work(List.of(run("skip").cost(500, 750).build()), List.of()).bound()).isEqualTo(0.5);
  }

  @Test
  void whatDenseDoesNotReadHasNoRatio() {
    Cost noKeys = new Cost(500, 1000, 0, 0, 0, List.of(), List.of(), false);
    Work work = work(List.of(run("skip").cost(noKeys).build()), List.of());

    assertThat(work.kvRatio()).isNaN();
    assertThat(work.bound()).isEqualTo(0.5);
  }

  @Test
  void timesOfRunsAreComparedOverSharedSeeds() {
    Work work =
        work(
            List.of(
                run("fasa").seed(1).cost(1, 1).wallMs(600).build(),
                run("fasa").seed(2).cost(1, 1).wallMs(9000).build()),
            List.of(run("dense").seed(1).cost(1, 1).wallMs(1200).build()));

    assertThat(work.wallRatio()).isEqualTo(0.5);
  }

  @Test
  void runsThatDoNotSayWhatTheyTookGiveNone() {
    assertThat(Work.of(List.of(run("fasa").build()), List.of())).isEmpty();
  }

  private static Work work(List<RunRecord> variant, List<RunRecord> dense) {
    return Work.of(variant, dense).orElseThrow();
  }

  private static Cost cost(double flops, double denseFlops, double peak) {
    return new Cost(flops, denseFlops, 1, 1, peak, List.of(), List.of(), false);
  }
}
