package dev.winnow.engine.technique.fasa;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MeanAgreementTest {
  private final MeanAgreement agreement =
      new MeanAgreement(
          new float[][][] {
            {{0.1f, 0.9f, 0.2f}, {0.8f, 0.1f, 0.3f}, {0.5f, 0.5f, 0.5f}, {0.1f, 0.2f, 0.3f}}
          });

  @Test
  void the_chunks_that_agree_best_come_in_ascending_order_of_equal_ones_the_lower() {
    assertThat(agreement.best(0, 4, 1)).isDeepEqualTo(new int[][] {{1}, {0}, {0}, {2}});
    assertThat(agreement.best(0, 4, 2)).isDeepEqualTo(new int[][] {{1, 2}, {0, 2}, {0, 1}, {1, 2}});
    assertThat(agreement.best(0, 4, 3)[3]).containsExactly(0, 1, 2);
  }

  @Test
  void heads_that_share_a_set_choose_by_their_mean() {
    // Heads 0 and 1: .45, .5, .25; heads 2 and 3: .3, .35, .4; all: .375, .425, .325.
    assertThat(agreement.best(0, 2, 1)).isDeepEqualTo(new int[][] {{1}, {2}});
    assertThat(agreement.best(0, 1, 2)).isDeepEqualTo(new int[][] {{0, 1}});
  }

  @ParameterizedTest
  @ValueSource(ints = {0, -1, 4})
  void more_chunks_than_a_head_has_or_none_are_refused(int count) {
    assertThatThrownBy(() -> agreement.best(0, 4, count))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("chunks must be in [1, 3]")
        .hasMessageContaining("got " + count);
  }

  @Test
  void sets_that_do_not_divide_the_heads_are_refused() {
    assertThatThrownBy(() -> agreement.best(0, 3, 1)).hasMessageContaining("4 query heads");
  }

  @ParameterizedTest
  @ValueSource(floats = {-0.1f, 1.1f, Float.NaN})
  void what_is_no_share_is_refused(float value) {
    assertThatThrownBy(() -> new MeanAgreement(new float[][][] {{{value}}}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("[0, 1]");
  }

  @Test
  void ragged_numbers_are_refused() {
    assertThatThrownBy(() -> new MeanAgreement(new float[][][] {{{0}, {0, 0}}}))
        .hasMessageContaining("as many");
    assertThatThrownBy(() -> new MeanAgreement(new float[][][] {{{0}}, {{0}, {0}}}))
        .hasMessageContaining("as many");
  }
}
