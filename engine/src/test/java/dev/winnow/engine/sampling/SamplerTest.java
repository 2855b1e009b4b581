package dev.winnow.engine.sampling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SamplerTest {
  /** Probabilities 0.1, 0.4, 0.2, 0.3. */
  private static final float[] LOGITS = logs(0.1, 0.4, 0.2, 0.3);

  private static float[] logs(double... probabilities) {
    float[] logits = new float[probabilities.length];
    for (int i = 0; i < logits.length; i++) {
      logits[i] = (float) Math.log(probabilities[i]);
    }
    return logits;
  }

  private static SamplingOptions sampled(
      double temperature, int topK, double topP, double minP, double penalty) {
    return new SamplingOptions(
        true, (float) temperature, topK, (float) topP, (float) minP, (float) penalty);
  }

  /** Relative frequencies of 20,000 draws. */
  private static double[] frequencies(SamplingOptions options, float[] logits, int... seen) {
    Sampler sampler = new Sampler(options, logits.length, 11);
    IntStream.of(seen).forEach(sampler::observe);
    double[] counts = new double[logits.length];
    for (int i = 0; i < 20_000; i++) {
      counts[sampler.next(logits)] += 1 / 20_000.0;
    }
    return counts;
  }

  @Test
  void withoutSamplingTheMostLikelyTokenIsTakenAndTheLowestIdWinsTies() {
    assertThat(new Sampler(SamplingOptions.GREEDY, 4, 0).next(LOGITS)).isEqualTo(1);
    assertThat(new Sampler(SamplingOptions.GREEDY, 4, 0).next(new float[] {-1, 2, 2, 0}))
        .isEqualTo(1);
  }

  @Test
  void drawsFollowTheProbabilities() {
    assertThat(frequencies(sampled(1, 0, 1, 0, 1), LOGITS))
        .containsExactly(new double[] {0.1, 0.4, 0.2, 0.3}, within(0.015));
  }

  @Test
  void aTemperatureOfOneHalfSquaresTheProbabilities() {
    // 1, 16, 4, 9 over 30.
    assertThat(frequencies(sampled(0.5, 0, 1, 0, 1), LOGITS))
        .containsExactly(new double[] {1 / 30.0, 16 / 30.0, 4 / 30.0, 9 / 30.0}, within(0.015));
  }

  @ParameterizedTest
  @ValueSource(doubles = {1e-3, 1e-30})
  void aTinyTemperatureTakesTheMostLikelyToken(double temperature) {
    assertThat(frequencies(sampled(temperature, 0, 1, 0, 1), LOGITS)[1]).isEqualTo(1, within(1e-9));
  }

  @Test
  void topKKeepsTheBestAndThoseThatTieWithTheLast() {
    assertThat(frequencies(sampled(1, 2, 1, 0, 1), LOGITS))
        .containsExactly(new double[] {0, 4 / 7.0, 0, 3 / 7.0}, within(0.015));
    // As in Hugging Face: everything not below the k-th largest score stays.
    assertThat(frequencies(sampled(1, 2, 1, 0, 1), logs(0.2, 0.4, 0.2, 0.2)))
        .containsExactly(new double[] {0.2, 0.4, 0.2, 0.2}, within(0.015));
  }

  @Test
  void topPKeepsTheFewestTokensThatReachIt() {
    double[] twoBest = {0, 4 / 7.0, 0, 3 / 7.0};
    assertThat(frequencies(sampled(1, 0, 0.69, 0, 1), LOGITS))
        .containsExactly(twoBest, within(0.015));
    assertThat(frequencies(sampled(1, 0, 0.71, 0, 1), LOGITS))
        .containsExactly(new double[] {0, 4 / 9.0, 2 / 9.0, 3 / 9.0}, within(0.015));
    assertThat(frequencies(sampled(1, 0, 0.1, 0, 1), LOGITS)[1]).isEqualTo(1, within(1e-9));
    assertThat(frequencies(sampled(1, 0, 0, 0, 1), LOGITS)[1]).isEqualTo(1, within(1e-9));
  }

  @Test
  void minPKeepsTokensNotLessLikelyThanThatShareOfTheBest() {
    assertThat(frequencies(sampled(1, 0, 1, 0.6, 1), LOGITS))
        .containsExactly(new double[] {0, 4 / 7.0, 0, 3 / 7.0}, within(0.015));
    assertThat(frequencies(sampled(1, 0, 1, 1, 1), LOGITS)[1]).isEqualTo(1, within(1e-9));
  }

  @Test
  void topPIsTakenAfterTopKAndMinPAfterBoth() {
    // top_k 3 leaves 4, 2, 3 over 9; 0.75 of that needs 4 and 3; min_p 0.8 then leaves only 4.
    assertThat(frequencies(sampled(1, 3, 0.75, 0, 1), LOGITS))
        .containsExactly(new double[] {0, 4 / 7.0, 0, 3 / 7.0}, within(0.015));
    assertThat(frequencies(sampled(1, 3, 0.75, 0.8, 1), LOGITS)[1]).isEqualTo(1, within(1e-9));
  }

  @Test
  void repetitionPenaltyDividesPositiveAndMultipliesNegativeLogits() {
    SamplingOptions greedy = new SamplingOptions(false, 1, 50, 1, 0, 2);
    Sampler sampler = new Sampler(greedy, 3, 0);
    float[] logits = {3, 2, -1};
    assertThat(sampler.next(logits)).isZero();
    sampler.observe(0);
    assertThat(sampler.next(logits)).isEqualTo(1); // 1.5, 2, -1
    sampler.observe(1);
    assertThat(sampler.next(logits)).isZero(); // 1.5, 1, -1
    sampler.observe(1);
    assertThat(sampler.next(logits)).isZero(); // seen twice counts once
    float[] negative = {-1, -1.5f, -9};
    assertThat(sampler.next(negative)).isZero(); // -2, -3, -9
    assertThat(logits).containsExactly(3, 2, -1);
  }

  @Test
  void penaltyComesBeforeTemperatureAndAppliesToDraws() {
    // Logit 2 becomes 1; at temperature 0.5 the scores are 2 and 0.
    double expected = 1 / (1 + Math.exp(-2));
    double[] frequencies = frequencies(sampled(0.5, 0, 1, 0, 2), new float[] {2, 0}, 0, 1);
    assertThat(frequencies[0]).isEqualTo(expected, within(0.015));
  }

  @ParameterizedTest
  @CsvSource({"0.05, 1", "0.5, 1", "0.9, 1", "0.999, 1", "0.9, 40", "0.9, 0.01"})
  void topPAgreesWithSortingEverything(double p, double spread) {
    Random random = new Random(5);
    for (int round = 0; round < 20; round++) {
      int size = 1 + random.nextInt(700);
      Candidates candidates = new Candidates(size);
      float[] logits = new float[size];
      for (int i = 0; i < size; i++) {
        logits[i] = (float) (random.nextGaussian() * spread);
      }
      candidates.reset(logits);
      new LogitsProcessor.TopP((float) p).process(candidates, null);
      assertThat(ids(candidates)).isEqualTo(nucleus(logits, (float) p));
    }
  }

  private static Set<Integer> ids(Candidates candidates) {
    Set<Integer> ids = new TreeSet<>();
    for (int i = 0; i < candidates.size(); i++) {
      ids.add(candidates.id(i));
    }
    return ids;
  }

  private static Set<Integer> nucleus(float[] logits, float p) {
    List<Integer> order = new ArrayList<>(IntStream.range(0, logits.length).boxed().toList());
    order.sort(Comparator.comparingDouble((Integer i) -> -logits[i]));
    double max = logits[order.get(0)];
    double total = 0;
    for (float logit : logits) {
      total += Math.exp(logit - max);
    }
    Set<Integer> kept = new TreeSet<>();
    double before = 0;
    for (int id : order) {
      if (!kept.isEmpty() && before >= p * total) {
        break;
      }
      kept.add(id);
      before += Math.exp(logits[id] - max);
    }
    return kept;
  }

  @Test
  void partialSelectionAgreesWithSorting() {
    Random random = new Random(9);
    for (int size : new int[] {1, 2, 17, 1000}) {
      float[] scores = new float[size];
      for (int i = 0; i < size; i++) {
        scores[i] = random.nextInt(40) - 20; // many ties
      }
      Integer[] order = IntStream.range(0, size).boxed().toArray(Integer[]::new);
      Arrays.sort(order, Comparator.comparingDouble((Integer i) -> -scores[i]));
      for (int count : new int[] {0, 1, 5, size, size + 3}) {
        int[] best =
            Arrays.stream(Ranking.best(scores, size, count)).mapToInt(Ranking::id).toArray();
        assertThat(best)
            .containsExactly(
                Arrays.stream(order).limit(count).mapToInt(Integer::intValue).toArray());
      }
    }
  }

  @Test
  void keysOrderScoresOfBothSignsAndZerosThatAreEqual() {
    float[] ascending = {Float.NEGATIVE_INFINITY, -3e38f, -1, -1e-40f, 0, 1e-40f, 2, 3e38f};
    for (int i = 1; i < ascending.length; i++) {
      assertThat(Ranking.key(ascending[i], 0)).isGreaterThan(Ranking.key(ascending[i - 1], 0));
      assertThat(Ranking.score(Ranking.key(ascending[i], 7))).isEqualTo(ascending[i]);
      assertThat(Ranking.id(Ranking.key(ascending[i], 7))).isEqualTo(7);
    }
    assertThat(Ranking.key(-0f, 3)).isEqualTo(Ranking.key(0f, 3));
    assertThat(Ranking.key(1, 3)).isGreaterThan(Ranking.key(1, 4));
  }

  @Test
  void theSameSeedDrawsTheSameTokens() {
    SamplingOptions options = sampled(1, 0, 1, 0, 1);
    Sampler one = new Sampler(options, 4, 5);
    Sampler two = new Sampler(options, 4, 5);
    Sampler other = new Sampler(options, 4, 6);
    int[] first = IntStream.range(0, 50).map(i -> one.next(LOGITS)).toArray();
    assertThat(IntStream.range(0, 50).map(i -> two.next(LOGITS)).toArray()).isEqualTo(first);
    assertThat(IntStream.range(0, 50).map(i -> other.next(LOGITS)).toArray()).isNotEqualTo(first);
  }

  @Test
  void logProbabilitiesAreThoseOfTheRawLogits() {
    TokenLogProbs logProbs = Sampler.logProbs(LOGITS, 2, 3);
    assertThat(logProbs.chosen()).isEqualTo(Math.log(0.2), within(1e-6));
    assertThat(logProbs.top()).extracting(TokenLogProbs.Alternative::id).containsExactly(1, 3, 2);
    assertThat(logProbs.top().get(1).logProb()).isEqualTo(Math.log(0.3), within(1e-6));
    assertThat(Sampler.logProbs(new float[] {1000, 999}, 0, 0).chosen())
        .isEqualTo(-Math.log(1 + Math.exp(-1)), within(1e-6));
  }

  @ParameterizedTest
  @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY})
  void logitsThatAreNoNumbersAreRefused(float bad) {
    for (SamplingOptions options : List.of(SamplingOptions.GREEDY, sampled(1, 2, 0.9, 0, 1))) {
      assertThatThrownBy(() -> new Sampler(options, 3, 0).next(new float[] {1, bad, 2}))
          .isInstanceOf(InvalidLogitsException.class)
          .hasMessageContaining("logit of token 1 is " + bad);
    }
  }

  @Test
  void impossibleTokensAreNeverChosenAndAllImpossibleIsAnError() {
    float none = Float.NEGATIVE_INFINITY;
    double[] frequencies = frequencies(sampled(1, 3, 0.9, 0.01, 1), new float[] {none, 1, none});
    assertThat(frequencies[1]).isEqualTo(1, within(1e-9));
    assertThatThrownBy(
            () -> new Sampler(SamplingOptions.GREEDY, 2, 0).next(new float[] {none, none}))
        .isInstanceOf(InvalidLogitsException.class);
  }

  @Test
  void optionsOutOfRangeAreRefusedByName() {
    assertThatThrownBy(() -> sampled(0, 0, 1, 0, 1))
        .hasMessageContaining("temperature must be > 0");
    assertThatThrownBy(() -> sampled(Double.NaN, 0, 1, 0, 1)).hasMessageContaining("temperature");
    assertThatThrownBy(() -> sampled(1, -1, 1, 0, 1)).hasMessageContaining("top_k must be >= 0");
    assertThatThrownBy(() -> sampled(1, 0, 1.1, 0, 1)).hasMessageContaining("top_p");
    assertThatThrownBy(() -> sampled(1, 0, 1, -0.1, 1)).hasMessageContaining("min_p");
    assertThatThrownBy(() -> sampled(1, 0, 1, 0, 0)).hasMessageContaining("repetition_penalty");
  }
}
