package dev.winnow.engine.technique.baseline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.winnow.engine.technique.KeyForm;
import dev.winnow.engine.technique.TokenBudget;
import dev.winnow.engine.technique.baseline.StreamingLlmConfig.Positions;
import dev.winnow.kernels.AttentionPlan;
import dev.winnow.kernels.KeyRotation;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class StreamingLlmTest {

  private static StreamingLlm technique(double budget, int sinks, Positions positions) {
    return new StreamingLlm(
        new StreamingLlmConfig(new TokenBudget(budget), sinks, positions, 0, 0));
  }

  private static List<Integer> sinksAndWindow(int sinks, int window, int tokens) {
    return IntStream.concat(IntStream.range(0, sinks), IntStream.range(tokens - window, tokens))
        .boxed()
        .toList();
  }

  @ParameterizedTest
  @EnumSource(Positions.class)
  void everyGeneratedTokenReadsTheSinksAndTheNewestTokensUpToTheBudget(Positions positions) {
    try (Steps steps = new Steps(technique(20, 3, positions), 1, 0).prompt(17, 17)) {
      for (int i = 0; i < 150; i++) {
        steps.decode(1);
        int tokens = steps.tokens();
        List<Integer> expected =
            tokens <= 20
                ? IntStream.range(0, tokens).boxed().toList()
                : sinksAndWindow(3, 17, tokens);
        assertThat(steps.read(0, 2)).isEqualTo(expected);
        assertThat(steps.last(0).dense()).isEqualTo(tokens <= 20);
      }
    }
  }

  @Test
  void positionsInsideTheCacheAreContiguousAndTheQueryStandsAtTheLast() {
    try (Steps steps = new Steps(technique(20, 3, Positions.CACHE), 2, 0)) {
      assertThat(steps.session.keyForm()).isEqualTo(KeyForm.UNROTATED);
      steps.prompt(50, 50).decode(90);
      List<AttentionPlan.Segment> segments = steps.last(0).plan().segments();
      assertThat(segments)
          .extracting(segment -> ((KeyRotation.CompactRank) segment.keyRotation()).first())
          .containsExactly(0, 3);
      for (int head = 0; head < Steps.HEADS; head++) {
        List<Integer> keys = steps.read(0, head);
        double[] query = steps.query(0, head, 139, 19);
        double[] weights = new double[20];
        for (int rank = 0; rank < 20; rank++) {
          double[] key = steps.key(0, head / Steps.GROUP, keys.get(rank), rank);
          weights[rank] = Math.exp(Steps.dot(query, key) / Math.sqrt(Steps.DIM));
        }
        double sum = Arrays.stream(weights).sum();
        double[] expected =
            steps.output(0, head, keys, Arrays.stream(weights).map(w -> w / sum).toArray());
        assertThat(steps.lastOutput(0, head)).containsExactly(expected, within(1e-5));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 7, 64, 100})
  void aLayerNeverHoldsMoreRowsThanTheSessionSays(int chunk) {
    StreamingLlm technique = technique(20, 3, Positions.CACHE);
    try (Steps steps = new Steps(technique, 1, 0).prompt(500, chunk).decode(200)) {
      int most = steps.session.mostRows(0, 700, chunk);
      assertThat(most).isEqualTo(19 + 63 + chunk);
      assertThat(steps.mostRows()).isBetween(chunk == 1 ? most : 83, most);
    }
  }

  @Test
  void originalPositionsAreThoseOfTheText() {
    try (Steps steps =
        new Steps(technique(20, 3, Positions.ORIGINAL), 2, 0).prompt(50, 50).decode(90)) {
      assertThat(steps.session.keyForm()).isEqualTo(KeyForm.ROTATED);
      for (int head = 0; head < Steps.HEADS; head++) {
        List<Integer> keys = steps.read(0, head);
        double[] expected = steps.output(0, head, keys, steps.probabilities(0, head, 139, keys));
        assertThat(steps.lastOutput(0, head)).containsExactly(expected, within(1e-5));
      }
    }
  }

  @Test
  void aPromptLongerThanTheBudgetStreamsBetweenChunksAndItsRowsLeaveTheMemory() {
    try (Steps steps = new Steps(technique(40, 4, Positions.CACHE), 3, 0, 0)) {
      for (int chunk = 1; chunk <= 30; chunk++) {
        steps.prompt(100, 100);
        int tokens = 100 * chunk;
        List<Integer> own = IntStream.range(tokens - 100, tokens).boxed().toList();
        assertThat(steps.read(1, 0)).endsWith(own.toArray(Integer[]::new));
        // The first token of a chunk reads the budget, the others the chunk's tokens before them.
        assertThat(steps.read(1, 0)).hasSize(chunk == 1 ? 100 : 39 + 100);
        assertThat(steps.stored(1, 0).size()).isLessThanOrEqualTo(40 + StreamingLlm.SLACK + 100);
      }
      assertThat(steps.pages()).isEqualTo(2);
      assertThat(steps.cache.length()).isEqualTo(3000);
    }
  }

  @Test
  void aRatioGrowsWithTheTextAndNeverAsksForTokensThatAreGone() {
    try (Steps steps = new Steps(technique(0.25, 2, Positions.ORIGINAL), 4, 0).prompt(8, 8)) {
      for (int i = 0; i < 400; i++) {
        steps.decode(1);
        int budget = Math.max(3, steps.tokens() / 4);
        assertThat(steps.read(0, 1)).isEqualTo(sinksAndWindow(2, budget - 2, steps.tokens()));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 19})
  void sinksMayTakeAllButOneTokenOfTheBudget(int sinks) {
    try (Steps steps =
        new Steps(technique(20, sinks, Positions.CACHE), 5, 0).prompt(30, 7).decode(100)) {
      assertThat(steps.read(0, 3)).isEqualTo(sinksAndWindow(sinks, 20 - sinks, 130));
    }
  }

  @ParameterizedTest
  @EnumSource(Positions.class)
  void layersWithASlidingWindowForgetByThemselves(Positions positions) {
    try (Steps steps =
        new Steps(technique(20, 3, positions), 6, 10, 30).prompt(60, 60).decode(80)) {
      assertThat(steps.stored(0, 0)).hasSize(140);
      // All that a window of 10 shows is within the budget.
      assertThat(steps.last(0).dense()).isTrue();
      assertThat(steps.read(1, 0)).isEqualTo(sinksAndWindow(0, 17, 140));
    }
  }

  @Test
  void nothingIsForgottenUpToDenseBelowAndTheBudgetHoldsFromThere() {
    StreamingLlmConfig config =
        new StreamingLlmConfig(TokenBudget.tokens(20), 3, Positions.CACHE, 0, 100);
    try (Steps steps = new Steps(new StreamingLlm(config), 7, 0).prompt(99, 50)) {
      assertThat(steps.decode(1).last(0).dense()).isTrue();
      assertThat(steps.decode(1).read(0, 0)).isEqualTo(sinksAndWindow(3, 17, 101));
      assertThat(steps.stored(0, 0)).hasSize(20);
    }
  }
}
