package dev.winnow.engine.technique.baseline;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Expected values by hand from {@code torch.nn.functional}'s rules of padding. */
class PoolingTest {
  private static final float[] VOTES = {3, 0, 6, -9, 12};

  @Test
  void theMeanCountsTheZerosBeyondTheEnds() {
    assertThat(Pooling.AVG.pool(VOTES, 3)).containsExactly(1, 3, -1, 3, 1);
    assertThat(Pooling.AVG.pool(new float[] {5, 10}, 5)).containsExactly(3, 3);
  }

  @Test
  void theMaximumKnowsNothingBeyondTheEnds() {
    assertThat(Pooling.MAX.pool(VOTES, 3)).containsExactly(3, 6, 6, 12, 12);
    assertThat(Pooling.MAX.pool(new float[] {-5, -7, -8}, 3)).containsExactly(-5, -5, -7);
  }

  @Test
  void aKernelOfOneChangesNothing() {
    for (Pooling pooling : Pooling.values()) {
      assertThat(pooling.pool(VOTES, 1)).containsExactly(VOTES);
      assertThat(pooling.pool(new float[0], 1)).isEmpty();
    }
  }
}
