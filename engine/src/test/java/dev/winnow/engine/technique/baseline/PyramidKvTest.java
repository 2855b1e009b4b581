package dev.winnow.engine.technique.baseline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.winnow.engine.technique.TokenBudget;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Capacities by hand from the formula. */
class PyramidKvTest {

  private static int[] capacities(int layers, int rows, int budget, int window, int beta) {
    return IntStream.range(0, layers)
        .map(layer -> PyramidKv.capacity(layer, layers, rows, budget, window, beta))
        .toArray();
  }

  @Test
  void capacitiesFallEvenlyFromTwiceTheBudgetToAFractionOfIt() {
    // b = 100, min = 5, max = 195, step = 190 / 3 = 63.
    assertThat(capacities(4, 1000, 108, 8, 20)).containsExactly(203, 140, 77, 14);
  }

  @Test
  void theFirstLayerKeepsNoMoreThanThereIs() {
    // b = 100, 200 rows: max = 195 >= 192, so max = 192, min = 8, step = 184 / 3 = 61.
    assertThat(capacities(4, 200, 108, 8, 20)).containsExactly(200, 139, 78, 17);
  }

  @Test
  void promptsBelowTwiceTheBudgetGetThePlainOne() {
    assertThat(capacities(3, 199, 108, 8, 20)).containsExactly(108, 108, 108);
    assertThat(capacities(3, 108, 108, 8, 20)).containsExactly(108, 108, 108);
  }

  @Test
  void promptsBelowTheBudgetAreKept() {
    assertThat(capacities(2, 107, 108, 8, 20)).containsExactly(107, 107);
  }

  @Test
  void aSingleLayerGetsThePlainBudgetAndBetaOneIsFlat() {
    assertThat(capacities(1, 1000, 108, 8, 20)).containsExactly(108);
    assertThat(capacities(3, 1000, 108, 8, 1)).containsExactly(108, 108, 108);
  }

  @Test
  void theAverageIsTheBudgetUpToTheRoundingOfSteps() {
    for (int budget : new int[] {64, 512, 2048}) {
      int[] capacities = capacities(30, 16384, budget, 8, 20);
      double average = IntStream.of(capacities).average().orElseThrow();
      // Rounding takes less than 1 off each step, so less than (layers - 1) / 2 on average.
      assertThat(average).isBetween((double) budget, budget + 14.5);
    }
  }

  @Test
  void everyLayerOfASequenceKeepsItsCapacity() {
    PyramidKv technique =
        new PyramidKv(new PyramidKvConfig(TokenBudget.tokens(58), 8, 7, Pooling.MAX, 20, 0, 0));
    try (Steps steps = new Steps(technique, 31, 0, 0, 0).prompt(400, 150).decode(1)) {
      // b = 50, min = 2, max = 98, step = 48; one token was generated.
      assertThat(steps.stored(0, 0)).hasSize(107);
      assertThat(steps.stored(1, 0)).hasSize(59);
      assertThat(steps.stored(2, 1)).hasSize(11).contains(399, 400);
    }
  }
}
