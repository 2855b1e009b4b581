package dev.winnow.engine.diffusion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DiffusionConfigTest {

  @Test
  void by_default_there_is_one_block_and_a_step_for_every_token() {
    DiffusionConfig config = DiffusionConfig.builder().genLength(24).build();

    assertThat(config.blockLength()).isEqualTo(24);
    assertThat(config.steps()).isEqualTo(24);
    assertThat(config.temperature()).isZero();
    assertThat(config.remasking().label()).isEqualTo("low_confidence");
    assertThat(DiffusionConfig.builder().build().genLength()).isEqualTo(128);
  }

  @ParameterizedTest
  @CsvSource({
    "0, 1, 1, 'gen_length must be >= 1, got 0'",
    "8, 0, 8, 'block_length must be >= 1 and divide gen_length 8, got 0'",
    "8, 3, 8, 'block_length must be >= 1 and divide gen_length 8, got 3'",
    "8, 16, 8, 'block_length must be >= 1 and divide gen_length 8, got 16'",
    "8, 8, 0, 'steps must be >= 1 and a multiple of gen_length / block_length, which is 1, got 0'",
    "8, 2, 6, 'steps must be >= 1 and a multiple of gen_length / block_length, which is 4, got 6'"
  })
  void lengths_and_steps_that_do_not_fit_each_other_are_refused(
      int genLength, int blockLength, int steps, String message) {
    assertThatThrownBy(
            () ->
                DiffusionConfig.builder()
                    .genLength(genLength)
                    .blockLength(blockLength)
                    .steps(steps)
                    .build())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(message);
  }

  @Test
  void temperatures_that_are_no_numbers_are_refused() {
    for (double value : new double[] {-0.1, Double.NaN, Double.POSITIVE_INFINITY}) {
      assertThatThrownBy(() -> DiffusionConfig.builder().temperature(value).build())
          .hasMessage("temperature must be >= 0, got " + value);
    }
  }

  @ParameterizedTest
  @CsvSource({"8, 8", "8, 3", "3, 8", "7, 2", "1, 1"})
  void the_quotas_of_all_steps_add_up_to_all_tokens(int tokens, int steps) {
    int sum = 0;
    int before = Integer.MAX_VALUE;
    for (int step = 0; step < steps; step++) {
      int quota = DiffusionLoop.quota(tokens, steps, step);
      assertThat(quota).isBetween(tokens / steps, tokens / steps + 1).isLessThanOrEqualTo(before);
      before = quota;
      sum += quota;
    }
    assertThat(sum).isEqualTo(tokens);
  }
}
