package dev.winnow.engine.technique.tokenselect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.winnow.engine.technique.tokenselect.TokenSelectConfig.Positions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TokenSelectConfigTest {
  @Test
  void theDefaultsAreThePublishedSetting() {
    TokenSelectConfig defaults = TokenSelectConfig.defaults();
    assertThat(Configs.of("")).isEqualTo(defaults);
    assertThat(defaults.tokenBudget().value()).isEqualTo(128 + 2048 + 512);
    assertThat(defaults.cacheThreshold()).isEqualTo(0.9);
    assertThat(defaults.reusableTokens()).isEqualTo(256);
  }

  @Test
  void truePositionsMayBeWrittenAsYamlReadsThem() {
    assertThat(Configs.of("positions: true").positions()).isEqualTo(Positions.TRUE);
    assertThat(Configs.of("positions: 'true'").positions()).isEqualTo(Positions.TRUE);
    assertThat(Configs.of("positions: 'compact'").positions()).isEqualTo(Positions.COMPACT);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "sinks: -1 | sinks must be >= 0, got -1",
        "prefill_rows: 0 | prefill_rows must be >= 1, got 0",
        "max_reuse: -1 | max_reuse must be >= 0, got -1",
        "dense_below: -1 | dense_below must be >= 0, got -1",
        "window: 511 | window must be at least prefill_rows, which is 512, got 511",
        "token_budget: 640 | token_budget must be more than sinks + window, which is 640, got 640",
        "token_budget: 0 | token_budget must be a whole number of tokens >= 1 or a ratio",
        "pool: 4 | pool must be odd and >= 1, got 4",
        "pool: 0 | pool must be odd and >= 1, got 0",
        "kv_map: 'published', lists: 'per_kv_head' | kv_map must be grouped when lists is per_kv",
        "positions: false | positions must be compact or true, got false",
        "positions: 1 | positions must be compact or true, got 1",
        "vote: 'loud' | vote",
        "lists: 'per_head' | lists",
        "kv_map: 2 | kv_map",
        "cache_threshold: 'high' | cache_threshold",
        "top_k: 3 | unknown key 'top_k'",
      })
  void whatIsOutOfRangeIsRefusedByName(String keys, String message) {
    assertThatThrownBy(() -> Configs.of(keys))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("config.yaml: techniques[0]")
        .hasMessageContaining(message);
  }

  @Test
  void theSumOfHugeSizesDoesNotWrapAround() {
    assertThatThrownBy(
            () -> Configs.of("sinks: 2000000000, window: 2000000000, token_budget: 2147483647"))
        .hasMessageContaining("which is 4000000000");
  }

  @Test
  void aRatioLeavesAtLeastOneTokenToTheVote() {
    TokenSelectConfig config = Configs.small("token_budget: 0.1");
    assertThat(config.total(100)).isEqualTo(3 + 8 + 1);
    assertThat(config.total(500)).isEqualTo(50);
    assertThat(config.total(5)).isEqualTo(5);
  }
}
