package dev.winnow.engine.technique.baseline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.winnow.engine.technique.TokenBudget;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SnapKvTest {

  private static SnapKv technique(double budget, int window, int kernel, Pooling pooling) {
    return new SnapKv(new SnapKvConfig(new TokenBudget(budget), window, kernel, pooling, 0, 0));
  }

  /** The rule in float64 for one KV head, after a prompt of {@code n} tokens. */
  private static List<Integer> expected(
      Steps steps, int kvHead, int n, int budget, int window, int kernel, Pooling pooling) {
    double[] votes = new double[n - window];
    for (int token = n - window; token < n; token++) {
      List<Integer> keys = IntStream.rangeClosed(0, token).boxed().toList();
      for (int member = 0; member < Steps.GROUP; member++) {
        double[] p = steps.probabilities(0, kvHead * Steps.GROUP + member, token, keys);
        for (int j = 0; j < votes.length; j++) {
          votes[j] += p[j] / Steps.GROUP;
        }
      }
    }
    double[] pooled = new double[votes.length];
    for (int j = 0; j < votes.length; j++) {
      pooled[j] = pooling == Pooling.MAX ? Double.NEGATIVE_INFINITY : 0;
      for (int i = j - kernel / 2; i <= j + kernel / 2; i++) {
        boolean inside = i >= 0 && i < votes.length;
        if (pooling == Pooling.MAX) {
          pooled[j] = Math.max(pooled[j], inside ? votes[i] : Double.NEGATIVE_INFINITY);
        } else {
          pooled[j] += inside ? votes[i] / kernel : 0;
        }
      }
    }
    // The float32 votes of neighbours that share a maximum are equal there as they are here.
    Stream<Integer> best =
        IntStream.range(0, votes.length)
            .boxed()
            .sorted(Comparator.comparingDouble(j -> -pooled[j]))
            .limit(budget - window);
    return Stream.concat(best.sorted(), IntStream.range(n - window, n).boxed()).toList();
  }

  @ParameterizedTest
  @CsvSource({
    "AVG, 5, 8, 300, 40",
    "AVG, 1, 1, 300, 2",
    "AVG, 7, 32, 300, 33",
    "MAX, 7, 8, 300, 40",
    "MAX, 5, 32, 131, 130",
    "MAX, 3, 20, 120, 60"
  })
  void aPromptIsCompressedToExactlyTheBudgetByTheVotesOfItsLastQueries(
      Pooling pooling, int kernel, int window, int n, int budget) {
    // Chunks of 7 are smaller than most windows, which then span several.
    for (int chunk : new int[] {7, 100, 512}) {
      try (Steps steps =
          new Steps(technique(budget, window, kernel, pooling), 21, 0).prompt(n, chunk)) {
        assertThat(steps.last(0).dense()).isTrue();
        steps.decode(1);
        for (int head = 0; head < Steps.KV_HEADS; head++) {
          assertThat(steps.stored(0, head).subList(0, budget))
              .isEqualTo(expected(steps, head, n, budget, window, kernel, pooling));
          assertThat(steps.read(0, head * Steps.GROUP)).hasSize(budget + 1);
        }
      }
    }
  }

  @Test
  void whatIsGeneratedAfterwardsIsKept() {
    try (Steps steps =
        new Steps(technique(40, 8, 5, Pooling.AVG), 22, 0).prompt(200, 200).decode(100)) {
      assertThat(steps.read(0, 0))
          .hasSize(140)
          .endsWith(IntStream.range(192, 300).boxed().toArray(Integer[]::new));
      List<Integer> keys = steps.read(0, 3);
      assertThat(steps.lastOutput(0, 3))
          .containsExactly(
              steps.output(0, 3, keys, steps.probabilities(0, 3, 299, keys)), within(1e-5));
    }
  }

  @Test
  void aPromptOfTheBudgetIsKeptWhole() {
    try (Steps steps = new Steps(technique(60, 8, 5, Pooling.AVG), 23, 0).prompt(60, 25)) {
      assertThat(steps.decode(1).last(0).dense()).isTrue();
    }
    try (Steps steps = new Steps(technique(60, 8, 5, Pooling.AVG), 23, 0).prompt(61, 25)) {
      assertThat(steps.decode(1).stored(0, 0)).hasSize(61);
      assertThat(steps.last(0).dense()).isFalse();
    }
  }

  @Test
  void aPromptShorterThanTheWindowChangesNothingInALongerSession() {
    try (Steps steps =
        new Steps(technique(40, 8, 5, Pooling.AVG), 24, 0).prompt(200, 64).decode(30)) {
      steps.prompt(7, 7).decode(5);
      assertThat(steps.stored(0, 0)).hasSize(40 + 30 + 7 + 5);
      steps.prompt(5, 5).prompt(3, 3).decode(1);
      assertThat(steps.stored(0, 0)).hasSize(41);
      assertThat(steps.read(0, 0)).endsWith(249, 250);
    }
  }

  @Test
  void queriesTakenBackDoNotVote() {
    try (Steps straight = new Steps(technique(40, 20, 5, Pooling.MAX), 25, 0).prompt(150, 50);
        Steps back = new Steps(technique(40, 20, 5, Pooling.MAX), 25, 0).prompt(190, 40)) {
      back.truncate(120).prompt(30, 11);
      straight.decode(1);
      back.decode(1);
      assertThat(back.stored(0, 0)).isEqualTo(straight.stored(0, 0));
      assertThat(back.stored(0, 1)).isEqualTo(straight.stored(0, 1));
    }
  }

  @Test
  void aRatioIsOfThePrompt() {
    try (Steps steps = new Steps(technique(0.25, 8, 5, Pooling.AVG), 26, 0).prompt(202, 202)) {
      assertThat(steps.decode(1).stored(0, 0)).hasSize(51);
    }
    try (Steps steps = new Steps(technique(0.01, 8, 5, Pooling.AVG), 26, 0).prompt(202, 202)) {
      assertThat(steps.decode(1).stored(0, 0)).hasSize(10);
    }
  }

  @Test
  void layersWithASlidingWindowAndPromptsBelowDenseBelowStayWhole() {
    SnapKv technique =
        new SnapKv(new SnapKvConfig(TokenBudget.tokens(20), 8, 5, Pooling.AVG, 0, 200));
    try (Steps steps = new Steps(technique, 27, 0, 50).prompt(199, 199)) {
      assertThat(steps.decode(1).stored(0, 0)).hasSize(200);
    }
    try (Steps steps = new Steps(technique, 27, 0, 50).prompt(200, 200)) {
      assertThat(steps.decode(1).stored(0, 0)).hasSize(21);
      assertThat(steps.stored(1, 0)).hasSize(201);
      assertThat(steps.last(1).dense()).isTrue();
    }
  }
}
