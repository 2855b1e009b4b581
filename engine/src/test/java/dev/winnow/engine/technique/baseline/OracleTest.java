package dev.winnow.engine.technique.baseline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.winnow.engine.technique.Technique;
import dev.winnow.engine.technique.TokenBudget;
import dev.winnow.engine.technique.baseline.OracleConfig.Lists;
import dev.winnow.engine.technique.baseline.OracleConfig.Unit;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The oracle, and attention-level figures of the others against it. */
class OracleTest {

  private static Oracle oracle(int budget, Unit unit, int page, Lists lists) {
    return new Oracle(new OracleConfig(TokenBudget.tokens(budget), unit, page, lists, 0, 0));
  }

  private static List<Integer> all(int tokens) {
    return IntStream.range(0, tokens).boxed().toList();
  }

  private static double[] probabilities(Steps steps, int head, Lists lists) {
    List<Integer> keys = all(steps.tokens());
    double[] own = steps.probabilities(0, head, steps.tokens() - 1, keys);
    if (lists == Lists.QUERY_HEAD) {
      return own;
    }
    double[] other = steps.probabilities(0, head ^ 1, steps.tokens() - 1, keys);
    return IntStream.range(0, own.length).mapToDouble(i -> (own[i] + other[i]) / 2).toArray();
  }

  @ParameterizedTest
  @CsvSource({"QUERY_HEAD", "KV_HEAD"})
  void theTokensOfTheLargestProbabilityAreRead(Lists lists) {
    try (Steps steps = new Steps(oracle(25, Unit.TOKEN, 16, lists), 51, 0).prompt(150, 60)) {
      for (int i = 0; i < 10; i++) {
        steps.decode(1);
        for (int head = 0; head < Steps.HEADS; head++) {
          double[] p = probabilities(steps, head, lists);
          assertThat(steps.read(0, head))
              .isEqualTo(
                  all(p.length).stream()
                      .sorted(Comparator.comparingDouble(token -> -p[token]))
                      .limit(25)
                      .sorted()
                      .toList());
        }
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"QUERY_HEAD, 8", "KV_HEAD, 8", "QUERY_HEAD, 1", "KV_HEAD, 30"})
  void thePagesOfTheLargestMassAreRead(Lists lists, int page) {
    try (Steps steps =
        new Steps(oracle(31, Unit.PAGE, page, lists), 52, 0).prompt(150, 60).decode(1)) {
      int tokens = steps.tokens();
      for (int head = 0; head < Steps.HEADS; head++) {
        double[] p = probabilities(steps, head, lists);
        List<Integer> expected =
            IntStream.range(0, (tokens + page - 1) / page)
                .boxed()
                .sorted(
                    Comparator.comparingDouble(
                        index ->
                            -IntStream.range(index * page, Math.min(tokens, (index + 1) * page))
                                .mapToDouble(token -> p[token])
                                .sum()))
                .limit(31 / page)
                .flatMap(
                    index ->
                        IntStream.range(index * page, Math.min(tokens, (index + 1) * page)).boxed())
                .sorted()
                .toList();
        assertThat(steps.read(0, head)).isEqualTo(expected);
      }
    }
  }

  @Test
  void whatIsReadIsRenormalised() {
    try (Steps steps =
        new Steps(oracle(25, Unit.TOKEN, 16, Lists.QUERY_HEAD), 53, 0).prompt(90, 90).decode(1)) {
      for (int head = 0; head < Steps.HEADS; head++) {
        List<Integer> keys = steps.read(0, head);
        assertThat(steps.lastOutput(0, head))
            .containsExactly(
                steps.output(0, head, keys, steps.probabilities(0, head, 90, keys)), within(1e-5));
      }
    }
  }

  @Test
  void aSlidingWindowLimitsTheChoice() {
    try (Steps steps =
        new Steps(oracle(25, Unit.TOKEN, 16, Lists.QUERY_HEAD), 54, 40).prompt(90, 90).decode(1)) {
      assertThat(steps.read(0, 0)).hasSize(25).allMatch(token -> token > 50);
    }
  }

  /** Those whose keys stand at their own positions, at a budget of {@code budget}. */
  static List<Technique> others(int budget) {
    TokenBudget tokens = TokenBudget.tokens(budget);
    return List.of(
        new StreamingLlm(
            new StreamingLlmConfig(tokens, 4, StreamingLlmConfig.Positions.ORIGINAL, 0, 0)),
        new H2o(new H2oConfig(tokens, 0.5, 0, 0)),
        // One place is for the token that is generated.
        new SnapKv(new SnapKvConfig(TokenBudget.tokens(budget - 1), 8, 5, Pooling.AVG, 0, 0)),
        new PyramidKv(
            new PyramidKvConfig(TokenBudget.tokens(budget - 1), 8, 7, Pooling.MAX, 20, 0, 0)),
        new Quest(new QuestConfig(tokens, 8, true, 0, 0)),
        new Quest(new QuestConfig(tokens, 8, false, 0, 0)),
        oracle(budget, Unit.TOKEN, 16, Lists.KV_HEAD),
        oracle(budget, Unit.PAGE, 8, Lists.QUERY_HEAD),
        oracle(budget, Unit.PAGE, 8, Lists.KV_HEAD),
        new RandomSelection(new RandomConfig(tokens, 4, 8, 1, RandomConfig.Mode.SELECT, 0, 0)),
        new RandomSelection(
            new RandomConfig(
                TokenBudget.tokens(budget - 1), 4, 8, 1, RandomConfig.Mode.EVICT, 0, 0)));
  }

  static Stream<Technique> techniques() {
    return others(40).stream();
  }

  @ParameterizedTest
  @MethodSource("techniques")
  void theOracleHoldsAtLeastTheAttentionMassOfAnyOtherChoiceOfAsManyKeys(Technique other) {
    Oracle best = oracle(40, Unit.TOKEN, 16, Lists.QUERY_HEAD);
    try (Steps one = new Steps(best, 55, 0).prompt(300, 128).decode(1);
        Steps two = new Steps(other, 55, 0).prompt(300, 128).decode(1)) {
      for (int head = 0; head < Steps.HEADS; head++) {
        assertThat(two.read(0, head)).hasSizeLessThanOrEqualTo(40);
        assertThat(one.recall(0, head)).isGreaterThanOrEqualTo(two.recall(0, head) - 1e-9);
        assertThat(two.recall(0, head)).isPositive();
      }
    }
  }

  @ParameterizedTest
  @MethodSource("techniques")
  void theOutputErrorIsWithinTheBoundOfTheMassLeftOut(Technique technique) {
    try (Steps steps = new Steps(technique, 56, 0).prompt(300, 128).decode(1)) {
      List<Integer> all = all(301);
      for (int head = 0; head < Steps.HEADS; head++) {
        double[] dense = steps.output(0, head, all, steps.probabilities(0, head, 300, all));
        double[] sparse = steps.lastOutput(0, head);
        double error = 0;
        for (int d = 0; d < Steps.DIM; d++) {
          error += Math.pow(dense[d] - sparse[d], 2);
        }
        double largest = 0;
        for (int token : all) {
          double[] value = steps.output(0, head, List.of(token), new double[] {1});
          largest = Math.max(largest, Math.sqrt(Steps.dot(value, value)));
        }
        // || o_S - o || <= 2 (1 - recall) max || v ||
        assertThat(Math.sqrt(error))
            .isPositive()
            .isLessThanOrEqualTo(2 * (1 - steps.recall(0, head)) * largest + 1e-5);
      }
    }
  }

  @Test
  void largerBudgetsOfRulesThatNestHoldMore() {
    // The sets of these rules contain those of smaller budgets; the others' need not.
    for (int rule : new int[] {0, 5, 6, 7}) {
      double before = 0;
      for (int budget : new int[] {32, 40, 64, 128, 240}) {
        try (Steps steps = new Steps(others(budget).get(rule), 57, 0).prompt(300, 300).decode(1)) {
          double recall = steps.recall(0, 2);
          assertThat(recall).isGreaterThan(before).isLessThan(1);
          before = recall;
        }
      }
    }
  }
}
