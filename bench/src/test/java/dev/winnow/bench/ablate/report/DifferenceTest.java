package dev.winnow.bench.ablate.report;

import static dev.winnow.bench.ablate.report.RunBuilder.run;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class DifferenceTest {

  @Test
  void answersLostAndGainedAndTheEffectAreThoseOfTheHandCount() {
    Difference difference =
        between(
            new double[] {1, 0, 0, 0, 1, 1, 0, 0, 1, 0},
            new double[] {1, 0, 1, 1, 1, 0, 1, 0, 1, 1});

    assertThat(difference.pairs()).isEqualTo(10);
    assertThat(difference.mean().value()).isCloseTo(-0.3, within(1e-12));
    assertThat(difference.answers()).contains(new Difference.Answers(4, 1));
    assertThat(difference.answers().orElseThrow().oddsRatio()).isEqualTo(0.25);
    // NumPy: d.mean() / d.std(ddof=1).
    assertThat(difference.cohensD()).isCloseTo(-0.4444783184923153, within(1e-12));
  }

  @Test
  void aClearLossExcludesZeroAndAnUnclearOneDoesNot() {
    double[] dense = new double[40];
    Arrays.fill(dense, 1);
    double[] worse = dense.clone();
    Arrays.fill(worse, 0, 12, 0);
    double[] nearly = dense.clone();
    nearly[3] = 0;

    assertThat(between(worse, dense).isClear()).isTrue();
    assertThat(between(worse, dense).p()).isLessThan(0.001);
    assertThat(between(nearly, dense).isClear()).isFalse();
    assertThat(between(nearly, dense).p()).isGreaterThan(0.2);
  }

  @Test
  void answersThatAllAgreeLeaveOpenWhatSoFewCannotShow() {
    double[] same = new double[12];
    Arrays.fill(same, 1);

    Difference difference = between(same, same);

    // Clopper and Pearson for none of 12, by SciPy's binomtest: 1 - 0.7353515306.
    assertThat(difference.mean().low()).isCloseTo(-0.2646484694, within(1e-9));
    assertThat(difference.mean().high()).isCloseTo(0.2646484694, within(1e-9));
    assertThat(difference.p()).isEqualTo(1);
    assertThat(difference.cohensD()).isZero();
  }

  @Test
  void answersThatAreAllLostAreJudgedBySign() {
    double[] right = new double[12];
    Arrays.fill(right, 1);

    Difference difference = between(new double[12], right);

    assertThat(difference.mean().value()).isEqualTo(-1);
    assertThat(difference.isClear()).isTrue();
    assertThat(difference.p()).isEqualTo(2 * Math.pow(0.5, 12));
  }

  @Test
  void equalDifferencesOfOtherScoresHaveNoWidth() {
    Difference difference = between(new double[] {1.5, 2.5, 3.5}, new double[] {1, 2, 3});

    assertThat(difference.mean()).isEqualTo(new Interval(0.5, 0.5, 0.5));
    assertThat(difference.answers()).isEmpty();
    assertThat(difference.p()).isEqualTo(0.25);
  }

  @Test
  void thereIsNoneWithoutPairs() {
    assertThat(
            Difference.between(
                Scores.of(List.of(run("fasa").scores(1).build())), Scores.of(List.of())))
        .isEmpty();
  }

  @Test
  void onlyAClearDifferenceSurvivesCorrection() {
    Difference clear = new Difference(new Interval(0.2, 0.1, 0.3), 9, 1, none(), 0.01, 0.04);
    Difference chance = new Difference(new Interval(0.2, 0.1, 0.3), 9, 1, none(), 0.01, 0.06);
    Difference unclear = new Difference(new Interval(0.2, -0.1, 0.3), 9, 1, none(), 0.01, 0.04);

    assertThat(clear.survivesCorrection()).isTrue();
    assertThat(chance.survivesCorrection()).isFalse();
    assertThat(unclear.survivesCorrection()).isFalse();
  }

  private static Optional<Difference.Answers> none() {
    return Optional.empty();
  }

  private static Difference between(double[] variant, double[] dense) {
    return Difference.between(
            Scores.of(List.of(run("fasa").scores(variant).build())),
            Scores.of(List.of(run("dense").scores(dense).build())))
        .orElseThrow();
  }
}
