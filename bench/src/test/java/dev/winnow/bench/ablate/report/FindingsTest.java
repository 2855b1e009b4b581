package dev.winnow.bench.ablate.report;

import static dev.winnow.bench.ablate.report.RunBuilder.run;
import static org.assertj.core.api.Assertions.assertThat;

import dev.winnow.bench.ablate.RunRecord;
import dev.winnow.bench.ablate.RunRecord.Cost;
import dev.winnow.bench.ablate.report.Finding.Kind;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class FindingsTest {

  @Test
  void aClearLossOfQualityIsStatedWithItsNumbers() {
    Finding loss =
        only(run("dense").scores(ones(40, 0)).build(), run("fasa").scores(ones(40, 12)).build());

    assertThat(loss.kind()).isEqualTo(Kind.LOWER_QUALITY);
    assertThat(loss.sentence())
        .startsWith("is worse than dense in exact_match: −0.300 [−0.4")
        .endsWith("over 40 pairs; 12 right answers lost, 0 gained.");
  }

  @Test
  void aHigherScoreIsALossWhereLowerIsBetter() {
    Finding loss =
        only(
            run("dense").lowerIsBetter().scores(1, 2, 3).build(),
            run("fasa").lowerIsBetter().scores(1.5, 2.6, 3.4).build());

    assertThat(loss.kind()).isEqualTo(Kind.LOWER_QUALITY);
  }

  @Test
  void slowerThanDenseIsALossAndFasterAWin() {
    assertThat(only(times(10, 10), times(13, 14)).sentence())
        .isEqualTo("is slower than dense per further token: × 1.350 [1.300, 1.400].");
    assertThat(only(times(10, 10), times(7, 8)).kind()).isEqualTo(Kind.FASTER);
  }

  @Test
  void bytesThatAreSavedWithoutSavingTimeAreALoss() {
    List<Finding> findings =
        find(
            run("dense").cost(1000, 1000, 10.0, 10.0, 10.0).build(),
            run("fasa").cost(1000, 250, 9.0, 10.0, 11.0).build());

    assertThat(findings).extracting(Finding::kind).containsExactly(Kind.NO_GAIN);
    assertThat(findings.getFirst().sentence())
        .startsWith("reads × 0.250 of the bytes of keys and values, but shows no gain");
  }

  @Test
  void moreWorkThanDenseIsALoss() {
    Finding loss = only(run("dense").build(), run("fasa").cost(1010, 1000).build());

    assertThat(loss.sentence())
        .isEqualTo("takes more floating-point operations than dense: × 1.010.");
  }

  @Test
  void maskedTechniquesSaveNothing() {
    Cost masked = new Cost(1000, 1000, 1000, 1000, 0, List.of(), List.of(), true);
    Finding loss = only(run("dense").build(), run("act_qkv").cost(masked).build());

    assertThat(loss.kind()).isEqualTo(Kind.NO_GAIN);
    assertThat(loss.sentence()).startsWith("only masks");
  }

  @Test
  void runsThatFailedAndScoresThatAreNotFiniteAreStated() {
    List<Finding> findings =
        find(
            run("dense").scores(1, 1).build(),
            run("fasa").seed(1).scores(1, Double.NaN).build(),
            run("fasa").seed(2).failed("no memory").build());

    assertThat(findings)
        .extracting(Finding::sentence)
        .containsExactly(
            "failed in 1 of 2 runs; its figures are of the others alone.",
            "gave no finite score for 1 of 2 items, which its mean leaves out.");
  }

  @Test
  void lessWorkIsAWinOnlyWhereNoLossOfQualityWasShown() {
    RunRecord dense = run("dense").scores(ones(40, 0)).cost(1000, 1000).build();

    assertThat(find(dense, run("fasa").scores(ones(40, 0)).cost(800, 500).build()))
        .extracting(Finding::kind)
        .containsExactly(Kind.LESS_WORK);
    assertThat(find(dense, run("fasa").scores(ones(40, 20)).cost(800, 500).build()))
        .extracting(Finding::kind)
        .containsExactly(Kind.LOWER_QUALITY);
  }

  @Test
  void withoutPairsNothingIsClaimedOfQuality() {
    assertThat(find(run("fasa").scores(ones(40, 0)).cost(800, 500).build())).isEmpty();
  }

  private static RunRecord times(double first, double second) {
    return run(first == 10 ? "dense" : "fasa").cost(1000, 1000, first, second).build();
  }

  private static double[] ones(int n, int zeros) {
    double[] scores = new double[n];
    Arrays.fill(scores, zeros, n, 1);
    return scores;
  }

  private static Finding only(RunRecord... runs) {
    List<Finding> findings = find(runs);
    assertThat(findings).hasSize(1);
    return findings.getFirst();
  }

  private static List<Finding> find(RunRecord... runs) {
    return Findings.of(Results.of(List.of(runs)));
  }
}
