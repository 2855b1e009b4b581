package dev.winnow.bench.recall;

import static org.assertj.core.api.Assertions.assertThat;

import dev.winnow.engine.LanguageModel;
import dev.winnow.engine.ModelOptions;
import dev.winnow.engine.technique.TokenBudget;
import dev.winnow.engine.technique.tokenselect.TokenSelect;
import dev.winnow.engine.technique.tokenselect.TokenSelectConfig;
import dev.winnow.engine.technique.tokenselect.TokenSelectConfig.KvMap;
import dev.winnow.engine.technique.tokenselect.TokenSelectConfig.Lists;
import dev.winnow.engine.technique.tokenselect.TokenSelectConfig.Positions;
import dev.winnow.engine.technique.tokenselect.TokenSelectConfig.Vote;
import dev.winnow.models.hub.ModelRequest;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Compact positions carry a model that was trained on 512 tokens further than dense attention. */
class TokenSelectRecallTest {
  private static final RecallSuite SUITE = new RecallSuite(8, 1, 24, 11);

  @TempDir private static Path home;
  private static LanguageModel dense;

  @BeforeAll
  static void load() {
    ModelRequest request =
        new ModelRequest(
            Map.of(), home, Optional.empty(), false, ModelRequest.fromEnvironment().listener());
    dense =
        LanguageModel.load("reference:recall", ModelOptions.builder().threads(1).build(), request);
  }

  @AfterAll
  static void close() {
    dense.close();
  }

  private static double score(Positions positions, int tokens) {
    TokenSelectConfig config =
        new TokenSelectConfig(
            TokenBudget.tokens(132),
            4,
            64,
            Lists.PER_LAYER,
            positions,
            Vote.SOFT,
            KvMap.GROUPED,
            1,
            0.9,
            0,
            64,
            0);
    try (LanguageModel model = dense.withTechniques(List.of(new TokenSelect(config)))) {
      return SUITE.score(model, tokens).value();
    }
  }

  @Test
  void sixtyFourVotedTokensAreEnoughAtTheTrainingLength() {
    assertThat(score(Positions.COMPACT, 512)).isGreaterThan(0.75);
  }

  @Test
  void factsAreFoundAtFourTimesTheTrainingLengthWhereDenseAttentionFails() {
    assertThat(SUITE.score(dense, 2048).value()).isLessThan(0.65);
    assertThat(score(Positions.COMPACT, 2048)).isGreaterThan(0.75);
  }

  @Test
  void truePositionsExtrapolateToNothing() {
    assertThat(score(Positions.TRUE, 2048)).isLessThan(0.65);
  }
}
