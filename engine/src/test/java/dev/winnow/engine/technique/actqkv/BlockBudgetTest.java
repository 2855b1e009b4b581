package dev.winnow.engine.technique.actqkv;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.winnow.engine.technique.Phase;
import dev.winnow.kernels.Buffer;
import java.util.Arrays;
import java.util.Random;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class BlockBudgetTest {
  private static final int LAYERS = 32;
  private static final int AVERAGE = 46;
  private static final int MANY = 10_000;

  private static BlockBudget budget(double minShare, double maxShare) {
    return new BlockBudget(LAYERS, Allocation.ENTROPY, minShare, maxShare);
  }

  /** Steps in which every layer has the same density, until histories are full. */
  private static void fill(BlockBudget budget, IntToDoubleFunction density) {
    for (int step = 0; step < DensityHistory.LENGTH; step++) {
      step(budget, density, MANY, Phase.PREFILL);
    }
  }

  private static int[] step(
      BlockBudget budget, IntToDoubleFunction density, int blocks, Phase phase) {
    budget.beginStep(AVERAGE);
    return IntStream.range(0, LAYERS)
        .map(
            layer -> {
              budget.sample(layer, density.applyAsDouble(layer));
              return budget.allocate(layer, blocks, phase);
            })
        .toArray();
  }

  @Test
  void layersOfEqualDensityGetTheAverage() {
    BlockBudget budget = budget(0.7, 2);
    fill(budget, layer -> 0.83);
    assertThat(step(budget, layer -> 0.83, MANY, Phase.DECODE)).containsOnly(AVERAGE);
  }

  @Test
  void halfTheDensityIsHeldAtTheFloorAndTheRestGoesToTheOthers() {
    BlockBudget budget = budget(0.7, 2);
    IntToDoubleFunction density = layer -> layer < LAYERS / 2 ? 0.5 : 1;
    fill(budget, density);
    int[] blocks = step(budget, density, MANY, Phase.DECODE);
    assertThat(Arrays.copyOf(blocks, 16)).containsOnly(32);
    assertThat(Arrays.copyOfRange(blocks, 16, 32)).containsOnly(60);
    assertThat(Arrays.stream(blocks).sum()).isEqualTo(1472);
  }

  @Test
  void withoutBoundsTheWholeBudgetIsGivenInProportion() {
    BlockBudget budget = budget(0, 1000);
    IntToDoubleFunction density = layer -> 0.2 + 0.02 * layer;
    fill(budget, density);
    int[] blocks = step(budget, density, MANY, Phase.DECODE);
    assertThat(Arrays.stream(blocks).sum()).isEqualTo(AVERAGE * LAYERS);
    double perDensity = AVERAGE * LAYERS / IntStream.range(0, LAYERS).mapToDouble(density).sum();
    for (int layer = 0; layer < LAYERS; layer++) {
      assertThat((double) blocks[layer])
          .isCloseTo(perDensity * density.applyAsDouble(layer), within(1.0));
    }
  }

  @Test
  void everyLayerStaysWithinItsBoundsAndWhatItHas() {
    BlockBudget budget = budget(0.7, 2);
    IntToDoubleFunction density = layer -> layer == 0 ? 1 : 0.01;
    fill(budget, density);
    int[] blocks = step(budget, density, MANY, Phase.DECODE);
    assertThat(blocks[0]).isEqualTo(92);
    assertThat(Arrays.stream(blocks)).allMatch(count -> count >= 32 && count <= 92);
    assertThat(step(budget, density, 20, Phase.DECODE)).containsOnly(20);
    assertThat(step(budget, density, 0, Phase.DECODE)).containsOnly(0);
  }

  @Test
  void prefillAndShortHistoriesShareEvenly() {
    BlockBudget budget = budget(0.7, 2);
    IntToDoubleFunction density = layer -> layer < 16 ? 0.5 : 1;
    for (int i = 0; i < DensityHistory.LENGTH - 1; i++) {
      assertThat(step(budget, density, MANY, Phase.DECODE)).containsOnly(AVERAGE);
    }
    assertThat(step(budget, density, MANY, Phase.PREFILL)).containsOnly(AVERAGE);
    assertThat(step(budget, density, MANY, Phase.DECODE)[0]).isEqualTo(32);
  }

  @Test
  void aUniformBudgetIgnoresDensities() {
    BlockBudget budget = new BlockBudget(LAYERS, Allocation.UNIFORM, 0, 100);
    fill(budget, layer -> layer / 32.0);
    assertThat(step(budget, layer -> layer / 32.0, MANY, Phase.DECODE)).containsOnly(AVERAGE);
  }

  @Test
  void aLayerThatDoesNotAskKeepsItsShare() {
    BlockBudget budget = budget(0, 1000);
    fill(budget, layer -> 0.6);
    budget.beginStep(AVERAGE);
    for (int layer = 1; layer < LAYERS; layer += 2) {
      assertThat(budget.allocate(layer, MANY, Phase.DECODE)).isEqualTo(AVERAGE);
    }
  }

  @Test
  void layersWithoutDensityGetTheAverage() {
    BlockBudget budget = budget(0.7, 2);
    fill(budget, layer -> 0);
    assertThat(step(budget, layer -> 0, MANY, Phase.DECODE)).containsOnly(AVERAGE);
  }

  @Test
  void samplesOfAStepCanBeTakenBack() {
    BlockBudget budget = budget(0, 1000);
    fill(budget, layer -> 0.5);
    BlockBudget untouched = budget.copy();
    step(budget, layer -> layer, MANY, Phase.DECODE);
    budget.rollback();
    IntToDoubleFunction density = layer -> 1.0 + layer % 5;
    assertThat(step(budget, density, MANY, Phase.DECODE))
        .isEqualTo(step(untouched, density, MANY, Phase.DECODE));
  }

  @Test
  void equalScoresHaveDensityOneAndASingleWinnerNearlyZero() {
    try (Buffer equal = Buffer.of(0.3f, 0.3f, 0.3f, 0.3f, 0.3f);
        Buffer winner = Buffer.of(0, 0, 1, 0)) {
      assertThat(DensityHistory.of(equal, 5, 0.1)).isCloseTo(1, within(1e-12));
      assertThat(DensityHistory.of(winner, 4, 0.01)).isLessThan(1e-9);
    }
  }

  @Test
  void densityIsTheEntropyOfTheSoftmaxOverThatOfEqualScores() {
    // exp(0.2 ln 3 / 0.2) = 3: probabilities 1/4 and 3/4, entropy 0.562335, over ln 2.
    try (Buffer scores = Buffer.of(0, (float) (0.2 * Math.log(3)))) {
      assertThat(DensityHistory.of(scores, 2, 0.2)).isCloseTo(0.8112781, within(1e-6));
    }
  }

  @Test
  void cosinesAtTemperatureOneAreNearlyUniform() {
    float[] cosines = new float[300];
    Random random = new Random(1);
    for (int i = 0; i < cosines.length; i++) {
      cosines[i] = (float) (0.1 * random.nextGaussian());
    }
    try (Buffer scores = Buffer.of(cosines)) {
      assertThat(DensityHistory.of(scores, 300, 1)).isGreaterThan(0.998);
      assertThat(DensityHistory.of(scores, 300, 0.1)).isBetween(0.85, 0.96);
    }
  }

  @Test
  void theMeanIsOfTheLastHundredSamples() {
    DensityHistory history = new DensityHistory();
    for (int i = 1; i <= 250; i++) {
      history.add(i);
    }
    assertThat(history.mean()).isCloseTo(200.5, within(1e-9));
    history.commit();
    history.add(1000);
    history.rollback();
    assertThat(history.mean()).isCloseTo(200.5, within(1e-9));
  }
}
