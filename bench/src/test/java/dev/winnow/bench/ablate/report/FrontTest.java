package dev.winnow.bench.ablate.report;

import static dev.winnow.bench.ablate.report.RunBuilder.run;
import static org.assertj.core.api.Assertions.assertThat;

import dev.winnow.bench.ablate.RunRecord;
import java.util.List;
import org.junit.jupiter.api.Test;

class FrontTest {

  @Test
  void noneOnTheFrontIsBeatenInCostAndScore() {
    assertThat(
            front(
                run("dense").scores(0.9).cost(1000, 1000).build(),
                run("cheap").scores(0.5).cost(1000, 100).build(),
                run("dominated").scores(0.4).cost(1000, 300).build(),
                run("good").scores(0.8).cost(1000, 300).build(),
                run("dearer").scores(0.8).cost(1000, 400).build()))
        .containsExactly("cheap", "good", "dense");
  }

  @Test
  void lowerScoresAreOnTheFrontWhereTheyAreBetter() {
    assertThat(
            front(
                run("dense").lowerIsBetter().scores(2.0).cost(1000, 1000).build(),
                run("cheap").lowerIsBetter().scores(3.0).cost(1000, 100).build(),
                run("worse").lowerIsBetter().scores(3.5).cost(1000, 200).build()))
        .containsExactly("cheap", "dense");
  }

  @Test
  void variantsWithoutACostOrAScoreAreNotOnIt() {
    assertThat(
            front(
                run("dense").scores(0.9).cost(1000, 1000).build(),
                run("no cost").scores(1).build(),
                run("no score").cost(1000, 10).build()))
        .containsExactly("dense");
  }

  private static List<String> front(RunRecord... runs) {
    TaskResult task = Results.of(List.of(runs)).tasks().getFirst();
    return Front.of(task, VariantResult::kvRatio).stream().map(VariantResult::variant).toList();
  }
}
