package dev.winnow.engine.technique.baseline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.winnow.engine.technique.TokenBudget;
import dev.winnow.engine.technique.baseline.RandomConfig.Mode;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RandomSelectionTest {

  private static RandomSelection technique(double budget, long seed, Mode mode) {
    return new RandomSelection(new RandomConfig(new TokenBudget(budget), 4, 6, seed, mode, 0, 0));
  }

  @Test
  void sinksWindowAndOthersAreReadAndDrawnAnewForEveryStepLayerAndKvHead() {
    try (Steps steps = new Steps(technique(30, 1, Mode.SELECT), 61, 0, 0).prompt(200, 200)) {
      List<Integer> before = List.of();
      for (int i = 0; i < 5; i++) {
        steps.decode(1);
        int tokens = steps.tokens();
        List<Integer> read = steps.read(0, 0);
        assertThat(read)
            .hasSize(30)
            .doesNotHaveDuplicates()
            .startsWith(0, 1, 2, 3)
            .endsWith(IntStream.range(tokens - 6, tokens).boxed().toArray(Integer[]::new))
            .isEqualTo(steps.read(0, 1))
            .isNotEqualTo(steps.read(0, 2))
            .isNotEqualTo(steps.read(1, 0));
        assertThat(read.subList(4, 24)).isNotEqualTo(before);
        before = read.subList(4, 24);
      }
    }
  }

  @Test
  void theSeedDecides() {
    try (Steps one = new Steps(technique(30, 1, Mode.SELECT), 62, 0).prompt(90, 90).decode(1);
        Steps same = new Steps(technique(30, 1, Mode.SELECT), 62, 0).prompt(90, 30).decode(1);
        Steps other = new Steps(technique(30, 2, Mode.SELECT), 62, 0).prompt(90, 90).decode(1)) {
      assertThat(same.read(0, 0)).isEqualTo(one.read(0, 0));
      assertThat(other.read(0, 0)).isNotEqualTo(one.read(0, 0));
    }
  }

  @Test
  void everyTokenBetweenSinksAndWindowIsEquallyLikely() {
    Lots lots = new Lots(new RandomConfig(TokenBudget.tokens(20), 4, 6, 0, Mode.SELECT, 0, 0));
    Map<Integer, Integer> drawn = new HashMap<>();
    int draws = 20_000;
    for (int i = 0; i < draws; i++) {
      for (int row : lots.draw(i % 7, 1, 0, 50, 20, i)[0]) {
        drawn.merge(row, 1, Integer::sum);
      }
    }
    // Ten of forty, 5000 each with a standard deviation of 61.
    for (int row = 4; row < 44; row++) {
      assertThat(drawn.get(row)).isBetween(4700, 5300);
    }
    assertThat(drawn.get(0)).isEqualTo(draws);
    assertThat(drawn.get(49)).isEqualTo(draws);
  }

  @Test
  void anEvictingOneDrawsOnceAndKeepsExactlyTheBudgetOfThePrompt() {
    try (Steps steps = new Steps(technique(30, 1, Mode.EVICT), 63, 0, 0).prompt(200, 64)) {
      steps.decode(1);
      List<Integer> kept = steps.stored(0, 0).subList(0, 30);
      assertThat(kept).startsWith(0, 1, 2, 3).endsWith(194, 195, 196, 197, 198, 199);
      steps.decode(50);
      assertThat(steps.stored(0, 0)).hasSize(81).containsSubsequence(kept);
      assertThat(steps.read(0, 0)).isEqualTo(steps.stored(0, 0));
      assertThat(steps.stored(0, 1)).isNotEqualTo(steps.stored(0, 0));
      assertThat(steps.stored(1, 0)).isNotEqualTo(steps.stored(0, 0));
    }
  }

  @Test
  void sinksOutsideASlidingWindowLeaveTheirPlacesToTheOthers() {
    try (Steps steps =
        new Steps(technique(30, 1, Mode.SELECT), 64, 50, 97).prompt(96, 96).decode(1)) {
      // Row 97 - 50 = 47 is the first that the first layer sees; the second sees all.
      assertThat(steps.read(0, 0)).hasSize(30).allMatch(token -> token >= 47);
      assertThat(steps.read(1, 0)).hasSize(30).startsWith(0, 1, 2, 3);
      steps.decode(2);
      // Rows 0 and 1 are out of sight, 2 and 3 are sinks still.
      assertThat(steps.read(1, 0)).hasSize(30).startsWith(2, 3);
    }
  }

  @Test
  void aRatioHasRoomForSinksAndWindow() {
    try (Steps steps = new Steps(technique(0.5, 1, Mode.SELECT), 65, 0).prompt(13, 13)) {
      assertThat(steps.decode(1).read(0, 0)).hasSize(10);
      assertThat(steps.decode(50).read(0, 0)).hasSize(32);
    }
  }
}
