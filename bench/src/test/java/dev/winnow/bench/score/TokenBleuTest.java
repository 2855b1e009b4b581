package dev.winnow.bench.score;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.winnow.bench.score.TokenBleu.Smoothing;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TokenBleuTest {
  private static final int[] REFERENCE = {1, 2, 3, 4, 5};

  private static double score(Smoothing smoothing, int... candidate) {
    return TokenBleu.score(candidate, List.of(REFERENCE), smoothing);
  }

  @ParameterizedTest
  @EnumSource
  void a_sequence_equals_itself(Smoothing smoothing) {
    assertThat(score(smoothing, 1, 2, 3, 4, 5)).isCloseTo(1, within(1e-9));
    assertThat(score(smoothing, 1, 2, 3, 4, 6)).isLessThan(0.9);
    assertThat(score(smoothing)).isZero();
  }

  @Test
  void the_modes_differ_in_what_stands_for_nothing_found() {
    // 1-grams 3 of 4, 2-grams 2 of 3, 3-grams 1 of 2, 4-grams 0 of 1; penalty exp(1 - 5/4).
    double brevity = Math.exp(-0.25);
    double found = 3 / 4.0 * (2 / 3.0) * (1 / 2.0);
    assertThat(score(Smoothing.NONE, 1, 2, 3, 9))
        .isCloseTo(brevity * Math.pow(found * 1e-12, 0.25), within(1e-9));
    assertThat(score(Smoothing.EXP, 1, 2, 3, 9))
        .isCloseTo(brevity * Math.pow(found * 2e-12, 0.25), within(1e-9));
    assertThat(score(Smoothing.FLOOR, 1, 2, 3, 9))
        .isCloseTo(brevity * Math.pow(found * 0.1, 0.25), within(1e-9));
    assertThat(score(Smoothing.ADD_K, 1, 2, 3, 9))
        .isCloseTo(
            brevity * Math.pow(4 / 5.0 * (3 / 4.0) * (2 / 3.0) * (1 / 2.0), 0.25), within(1e-9));
  }

  @Test
  void nothing_in_common_scores_next_to_nothing() {
    assertThat(score(Smoothing.EXP, 6, 7, 8, 9, 10)).isCloseTo(2e-12, within(1e-14));
    assertThat(score(Smoothing.NONE, 6, 7, 8, 9, 10)).isCloseTo(1e-12, within(1e-14));
  }

  @Test
  void orders_longer_than_the_candidate_count_as_nothing_found() {
    // Two tokens: 1-grams 2 of 2, 2-grams 1 of 1, then none of none.
    assertThat(score(Smoothing.FLOOR, 1, 2))
        .isCloseTo(Math.exp(1 - 5 / 2.0) * Math.pow(0.1 * 0.1, 0.25), within(1e-9));
  }

  @Test
  void repeats_count_as_often_as_in_the_reference_that_has_most() {
    // "the" seven times against "the cat is on the mat": 2 of 7, as in Papineni 2002.
    int[] candidate = {1, 1, 1, 1, 1, 1, 1};
    List<int[]> references = List.of(new int[] {1, 2, 3, 4, 1, 5}, new int[] {6, 3, 1, 2});
    assertThat(TokenBleu.score(candidate, references, Smoothing.ADD_K))
        .isCloseTo(Math.pow(3 / 8.0 * (1 / 7.0) * (1 / 6.0) * (1 / 5.0), 0.25), within(1e-9));
  }

  @Test
  void of_references_equally_close_the_first_sets_the_penalty() {
    int[] candidate = {1, 2, 3, 4};
    int[] longer = {1, 2, 3, 4, 5};
    int[] shorter = {1, 2, 3};
    assertThat(TokenBleu.score(candidate, List.of(longer, shorter), Smoothing.NONE))
        .isCloseTo(Math.exp(-0.25), within(1e-9));
    assertThat(TokenBleu.score(candidate, List.of(shorter, longer), Smoothing.NONE))
        .isCloseTo(1, within(1e-9));
    assertThatThrownBy(() -> TokenBleu.score(candidate, List.of(), Smoothing.NONE))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
