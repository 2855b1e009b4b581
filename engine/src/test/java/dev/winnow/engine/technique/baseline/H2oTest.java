package dev.winnow.engine.technique.baseline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.winnow.engine.technique.TokenBudget;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class H2oTest {

  private static H2o technique(double budget, double recent) {
    return new H2o(new H2oConfig(new TokenBudget(budget), recent, 0, 0));
  }

  /** The rule in float64, one token at a time and with nothing moved, for one KV head. */
  private static final class Reference {
    private final Steps steps;
    private final int head;
    private final TreeSet<Integer> alive = new TreeSet<>();
    private final Map<Integer, Double> scores = new HashMap<>();

    Reference(Steps steps, int head) {
      this.steps = steps;
      this.head = head;
    }

    void attend(int token) {
      alive.add(token);
      List<Integer> keys = List.copyOf(alive);
      for (int member = 0; member < Steps.GROUP; member++) {
        double[] p = steps.probabilities(0, head * Steps.GROUP + member, token, keys);
        for (int i = 0; i < p.length; i++) {
          scores.merge(keys.get(i), p[i] / Steps.GROUP, Double::sum);
        }
      }
    }

    void forget(int budget, int recent) {
      List<Integer> candidates = new ArrayList<>(alive);
      // One place of the budget and of the recent tokens is for the one that comes.
      int newest = Math.min(budget - 1, recent - 1);
      candidates = candidates.subList(0, Math.max(0, candidates.size() - newest));
      candidates.sort(Comparator.comparing(scores::get));
      int surplus = alive.size() - (budget - 1);
      candidates.stream().limit(Math.max(0, surplus)).toList().forEach(alive::remove);
    }
  }

  @ParameterizedTest
  @CsvSource({"24, 0.5, 12", "24, 0, 1", "24, 1, 24", "25, 0.5, 13", "2, 0.5, 1", "90, 0.1, 9"})
  void eachStepKeepsTheRecentAndTheHeavyTokensOfEachKvHeadAndNoneComesBack(
      int budget, double share, int recent) {
    try (Steps steps = new Steps(technique(budget, share), 11, 0).prompt(70, 33)) {
      List<Reference> heads = List.of(new Reference(steps, 0), new Reference(steps, 1));
      for (Reference head : heads) {
        IntStream.range(0, 70).forEach(head::attend);
      }
      for (int token = 70; token < 300; token++) {
        steps.decode(1);
        for (Reference head : heads) {
          head.forget(budget, recent);
          head.attend(token);
          for (int member = 0; member < Steps.GROUP; member++) {
            assertThat(steps.read(0, head.head * Steps.GROUP + member))
                .containsExactlyElementsOf(head.alive);
          }
          assertThat(head.alive).hasSizeLessThanOrEqualTo(budget);
        }
      }
      assertThat(steps.stored(0, 0).size()).isLessThan(budget + H2o.SLACK);
    }
  }

  @Test
  void kvHeadsKeepDifferentTokens() {
    try (Steps steps = new Steps(technique(20, 0.5), 12, 0).prompt(90, 90).decode(30)) {
      assertThat(steps.read(0, 0)).isEqualTo(steps.read(0, 1)).isNotEqualTo(steps.read(0, 2));
    }
  }

  @Test
  void aRatioIsOfThePromptAndDoesNotGrowWithWhatIsGenerated() {
    try (Steps steps = new Steps(technique(0.2, 0.5), 13, 0).prompt(101, 50).decode(150)) {
      assertThat(steps.read(0, 0)).hasSize(20);
      steps.prompt(60, 60);
      assertThat(steps.read(0, 0)).hasSize(80);
      // 101 + 150 + 60 tokens.
      assertThat(steps.decode(1).read(0, 0)).hasSize(62);
    }
  }

  @Test
  void aStepTakenBackLeavesNoTrace() {
    try (Steps straight = new Steps(technique(30, 0.5), 14, 0).prompt(80, 40);
        Steps back = new Steps(technique(30, 0.5), 14, 0).prompt(80, 40)) {
      for (int i = 0; i < 200; i++) {
        straight.decode(1);
        back.decode(1);
        back.truncate(back.tokens() - 1).decode(1);
        for (int head = 0; head < Steps.HEADS; head++) {
          assertThat(back.read(0, head)).isEqualTo(straight.read(0, head));
        }
      }
    }
  }

  @Test
  void aChunkTakenBackLeavesNoTrace() {
    try (Steps straight = new Steps(technique(30, 0.5), 15, 0).prompt(80, 40).decode(60);
        Steps back =
            new Steps(technique(30, 0.5), 15, 0)
                .prompt(80, 40)
                .truncate(40)
                .prompt(40, 40)
                .decode(60)) {
      for (int head = 0; head < Steps.HEADS; head++) {
        assertThat(back.read(0, head)).isEqualTo(straight.read(0, head));
      }
    }
  }

  @Test
  void anEmptiedSequenceBeginsAnew() {
    try (Steps straight = new Steps(technique(30, 0.5), 16, 0).prompt(80, 40).decode(60);
        Steps again = new Steps(technique(30, 0.5), 16, 0).prompt(50, 50).decode(90)) {
      again.truncate(0).prompt(80, 40).decode(60);
      assertThat(again.read(0, 3)).isEqualTo(straight.read(0, 3));
      assertThat(again.session.bytes()).isPositive();
    }
  }

  @Test
  void layersWithASlidingWindowAreLeftAlone() {
    try (Steps steps = new Steps(technique(20, 0.5), 17, 30, 0).prompt(90, 90).decode(30)) {
      assertThat(steps.last(0).dense()).isTrue();
      assertThat(steps.session.wantsMass(0, null)).isFalse();
      assertThat(steps.read(1, 0)).hasSize(20);
    }
  }

  @Test
  void everythingIsKeptUpToDenseBelow() {
    H2o technique = new H2o(new H2oConfig(TokenBudget.tokens(20), 0.5, 0, 100));
    try (Steps steps = new Steps(technique, 18, 0).prompt(90, 90).decode(10)) {
      assertThat(steps.last(0).dense()).isTrue();
      assertThat(steps.decode(1).read(0, 0)).hasSize(20);
    }
  }
}
