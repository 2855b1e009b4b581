package dev.winnow.bench.ablate.report;

import static dev.winnow.bench.ablate.report.RunBuilder.run;
import static org.assertj.core.api.Assertions.assertThat;

import dev.winnow.bench.ablate.RunRecord.Item;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ScoresTest {

  @Test
  void seedsAreClustersInTheirOrder() {
    Scores scores =
        Scores.of(
            List.of(
                run("fasa").seed(2).scores(0, 1, 1).build(),
                run("fasa").seed(1).scores(1, 0).build()));

    assertThat(scores.clusters()).isDeepEqualTo(new double[][] {{1, 0}, {0, 1, 1}});
    assertThat(scores.seeds()).isEqualTo(2);
    assertThat(scores.isBinary()).isTrue();
  }

  @Test
  void differencesAreTakenByKeyWhereBothHaveTheItem() {
    Scores variant = Scores.of(List.of(run("fasa").items(item("b", 1), item("c", 0.5)).build()));
    Scores dense = Scores.of(List.of(run("dense").items(item("a", 1), item("b", 0.25)).build()));

    assertThat(variant.minus(dense).clusters()).isDeepEqualTo(new double[][] {{0.75}});
  }

  @Test
  void itemsOfDifferentSeedsAreNotPairs() {
    Scores variant = Scores.of(List.of(run("fasa").seed(1).scores(1).build()));
    Scores dense = Scores.of(List.of(run("dense").seed(2).scores(1).build()));

    assertThat(variant.minus(dense).isEmpty()).isTrue();
  }

  @Test
  void aKeyThatComesTwiceCountsOnceWithItsMean() {
    Scores scores = Scores.of(List.of(run("fasa").items(item("a", 0), item("a", 1)).build()));

    assertThat(scores.pooled()).containsExactly(0.5);
  }

  @Test
  void scoresThatAreNotFiniteAreLeftOutAndCounted() {
    Scores scores =
        Scores.of(List.of(run("fasa").scores(Double.NaN, 0.5, Double.POSITIVE_INFINITY).build()));

    assertThat(scores.pooled()).containsExactly(0.5);
    assertThat(scores.notFinite()).isEqualTo(2);
  }

  @Test
  void aSeedThatRepeatsAnotherToTheLastDigitCountsOnce() {
    Scores text =
        Scores.of(
            List.of(
                run("fasa").seed(1).scores(2.25, 1.5, 3.125).build(),
                run("fasa").seed(2).scores(2.25, 1.5, 3.125).build()));

    assertThat(text.clusters()).hasDimensions(1, 3);
  }

  @Test
  void equalRightAnswersOfTwoSeedsAreNoRepetition() {
    Scores answers =
        Scores.of(
            List.of(
                run("fasa").seed(1).scores(1, 0, 1).build(),
                run("fasa").seed(2).scores(1, 0, 1).build()));

    assertThat(answers.clusters()).hasDimensions(2, 3);
  }

  private static Item item(String key, double score) {
    return new Item(key, Map.of(), score);
  }
}
