package dev.winnow.engine.technique.baseline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.winnow.engine.config.RunConfig;
import dev.winnow.engine.technique.Hook;
import dev.winnow.engine.technique.Technique;
import dev.winnow.engine.technique.Techniques;
import dev.winnow.engine.technique.TokenBudget;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BaselineConfigsTest {
  private static final Path CONFIGS = Path.of("../configs");

  private static Technique create(String name, String json) {
    try {
      ObjectNode parameters = (ObjectNode) new ObjectMapper().readTree(json);
      return Techniques.load().create(name, parameters, "run.yaml: techniques[0]");
    } catch (JsonProcessingException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void theConfigsThatComeWithItAreTheDefaults() {
    assertThat(shipped("streaming-llm")).isEqualTo(new StreamingLlm(StreamingLlmConfig.defaults()));
    assertThat(shipped("h2o")).isEqualTo(new H2o(H2oConfig.defaults()));
    assertThat(shipped("snap-kv")).isEqualTo(new SnapKv(SnapKvConfig.defaults()));
    assertThat(shipped("pyramid-kv")).isEqualTo(new PyramidKv(PyramidKvConfig.defaults()));
    assertThat(shipped("quest")).isEqualTo(new Quest(QuestConfig.defaults()));
    assertThat(shipped("oracle")).isEqualTo(new Oracle(OracleConfig.defaults()));
    assertThat(shipped("random")).isEqualTo(new RandomSelection(RandomConfig.defaults()));
  }

  private static Technique shipped(String name) {
    RunConfig config = RunConfig.load(CONFIGS.resolve(name + ".yaml"));
    assertThat(config.metadata().name()).isEqualTo(name);
    assertThat(config.metadata().description()).isNotEmpty();
    return config.configured().getFirst().technique();
  }

  @Test
  void everyKeyIsRead() {
    assertThat(
            create(
                "streaming_llm",
                "{\"token_budget\": 0.5, \"sinks\": 2, \"positions\": \"original\","
                    + " \"dense_layers\": 1, \"dense_below\": 9}"))
        .isEqualTo(
            new StreamingLlm(
                new StreamingLlmConfig(
                    TokenBudget.ratio(0.5), 2, StreamingLlmConfig.Positions.ORIGINAL, 1, 9)));
    assertThat(create("quest", "{\"open_page\": false, \"page\": 32}"))
        .isEqualTo(new Quest(new QuestConfig(TokenBudget.tokens(1024), 32, false, 2, 0)));
    assertThat(create("oracle", "{\"unit\": \"page\", \"lists\": \"kv_head\"}"))
        .isEqualTo(
            new Oracle(
                new OracleConfig(
                    TokenBudget.tokens(1024),
                    OracleConfig.Unit.PAGE,
                    16,
                    OracleConfig.Lists.KV_HEAD,
                    0,
                    0)));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "streaming_llm | {'token_budget': 0} | token_budget must be a whole number",
        "streaming_llm | {'sinks': -1} | sinks must be >= 0, got -1",
        "streaming_llm | {'token_budget': 8, 'sinks': 8} | token_budget must be >= 9 (sinks and",
        "streaming_llm | {'positions': 'text'} | positions must be one of cache, original",
        "streaming_llm | {'window': 512} | unknown key 'window'",
        "h2o | {'token_budget': 1} | token_budget must be >= 2 (a recent and a heavy token), got 1",
        "h2o | {'recent': 1.5} | recent must be in [0, 1], got 1.5",
        "h2o | {'recent': -0.1} | recent must be in [0, 1], got -0.1",
        "snap_kv | {'window': 0} | window must be >= 1, got 0",
        "snap_kv | {'token_budget': 32} | token_budget must be >= 33 (window and one token more)",
        "snap_kv | {'kernel': 4} | kernel must be odd and >= 1, got 4",
        "snap_kv | {'kernel': -1} | kernel must be odd and >= 1, got -1",
        "snap_kv | {'pooling': 'sum'} | pooling must be one of avg, max",
        "pyramid_kv | {'token_budget': 8} | token_budget must be >= 9",
        "pyramid_kv | {'beta': 0} | beta must be >= 1, got 0",
        "pyramid_kv | {'window': 0} | window must be >= 1, got 0",
        "pyramid_kv | {'kernel': 6} | kernel must be odd and >= 1, got 6",
        "quest | {'page': 1} | page must be >= 2, got 1",
        "quest | {'token_budget': 47} | token_budget must be >= 48 (3 pages), got 47",
        "quest | {'dense_layers': -1} | dense_layers must be >= 0, got -1",
        "quest | {'open_page': 'no'} | open_page must be true or false",
        "oracle | {'page': 0} | page must be >= 1, got 0",
        "oracle | {'unit': 'page', 'token_budget': 15} | token_budget must be >= 16 (page), got 15",
        "oracle | {'lists': 'layer'} | lists must be one of query_head, kv_head",
        "oracle | {'dense_below': -1} | dense_below must be >= 0, got -1",
        "random | {'window': 0} | window must be >= 1, got 0",
        "random | {'sinks': -1} | sinks must be >= 0, got -1",
        "random | {'token_budget': 35} | token_budget must be >= 36 (sinks + window), got 35",
        "random | {'mode': 'keep'} | mode must be one of select, evict",
        "random | {'seed': 1.5} | seed",
      })
  void whatIsOutOfRangeIsRefusedNamingPlaceAndKey(String name, String json, String message) {
    assertThatThrownBy(() -> create(name, json.replace('\'', '"')))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("run.yaml: techniques[0]: ")
        .hasMessageContaining(message);
  }

  @ParameterizedTest
  @CsvSource({"random", "oracle", "h2o", "streaming_llm", "snap_kv", "pyramid_kv", "quest"})
  void layersBehindTheDenseOnesAreClaimedAndOneMustBeLeft(String name) {
    Technique technique = create(name, "{\"dense_layers\": 2}");
    assertThat(technique.claims(4))
        .allMatch(claim -> claim.hook() == Hook.PLAN)
        .extracting(claim -> claim.layer())
        .containsExactly(2, 3);
    assertThatThrownBy(() -> technique.claims(2))
        .hasMessage(
            "technique %s: dense_layers must be below the model's 2 layers, got 2".formatted(name));
  }

  @ParameterizedTest
  @CsvSource({
    "random, sinks, sinks + window must be at most 16777216 tokens together, got 2147483679",
    "random, window, sinks + window must be at most",
    "streaming_llm, sinks, sinks and at least one token of window must be at most",
    "snap_kv, window, window and one token more must be at most",
    "pyramid_kv, window, window and one token more must be at most",
    "quest, page, 3 pages must be at most"
  })
  void hugeSizesDoNotWrapAround(String name, String key, String message) {
    for (String budget : new String[] {"0.5", "2147483647"}) {
      assertThatThrownBy(
              () ->
                  create(name, "{\"%s\": 2147483647, \"token_budget\": %s}".formatted(key, budget)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining(message);
    }
  }
}
