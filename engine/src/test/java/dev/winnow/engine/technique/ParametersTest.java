package dev.winnow.engine.technique;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ParametersTest {
  private enum Lists {
    QUERY_HEAD,
    LAYER
  }

  private record Config(
      TokenBudget tokenBudget,
      int window,
      double temperature,
      boolean exact,
      Lists listsPer,
      List<Integer> denseLayers,
      Path calibration) {
    Config {
      if (window < 0) {
        throw new IllegalArgumentException("window must be >= 0, got " + window);
      }
    }

    static Config defaults() {
      return new Config(TokenBudget.tokens(256), 64, 0.5, true, Lists.QUERY_HEAD, List.of(0), null);
    }
  }

  private static Config bind(String json) throws Exception {
    ObjectNode given = (ObjectNode) new ObjectMapper().readTree(json);
    return Parameters.bind(given, Config.defaults(), "a.yaml: techniques[0]");
  }

  @Test
  void whatIsNotGivenHasItsDefault() throws Exception {
    assertThat(bind("{}")).isEqualTo(Config.defaults());
    assertThat(bind("{\"token_budget\": 0.25, \"lists_per\": \"layer\", \"dense_layers\": []}"))
        .isEqualTo(
            new Config(TokenBudget.ratio(0.25), 64, 0.5, true, Lists.LAYER, List.of(), null));
    assertThat(bind("{\"calibration\": \"http://a/b.json\", \"temperature\": 2}"))
        .isEqualTo(
            new Config(
                TokenBudget.tokens(256),
                64,
                2,
                true,
                Lists.QUERY_HEAD,
                List.of(0),
                Path.of("http://a/b.json")));
    assertThat(bind("{\"calibration\": null}").calibration()).isNull();
  }

  @Test
  void recordsAreWrittenAsTheyStandInAConfig() throws Exception {
    Config given = bind("{\"calibration\": \"c/d.json\"}");
    assertThat(Parameters.toJson(given))
        .hasToString(
            "{\"token_budget\":256,\"window\":64,\"temperature\":0.5,\"exact\":true,"
                + "\"lists_per\":\"query_head\",\"dense_layers\":[0],\"calibration\":\"c/d.json\"}");
    assertThat(Parameters.bind(Parameters.toJson(given), Config.defaults(), "x")).isEqualTo(given);
    assertThat(Parameters.key("tokenBudget")).isEqualTo("token_budget");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "'tokenBudget': 3       | unknown key 'tokenBudget', allowed are token_budget, window,",
        "'token_budget': 0      | token_budget must be a whole number of tokens >= 1 or a ratio",
        "'token_budget': 'all'  | token_budget must be a number, got \"all\"",
        "'token_budget': [3]    | token_budget must be a number, got [3]",
        "'token_budget': null   | token_budget has no value",
        "'window': -1           | window must be >= 0, got -1",
        "'window': 1.5          | window must be a whole number, got 1.5",
        "'window': '3'          | window must be a whole number, got \"3\"",
        "'window': 99999999999  | window",
        "'window': {}           | window must be a whole number, got {}",
        "'temperature': true    | temperature must be a number, got true",
        "'exact': 1             | exact must be true or false, got 1",
        "'lists_per': 'head'    | lists_per must be one of query_head, layer, got \"head\"",
        "'lists_per': 0         | lists_per must be one of query_head, layer, got 0",
        "'dense_layers': 0      | dense_layers must be a list, got 0",
        "'dense_layers': ['x']  | dense_layers[0] must be a whole number, got \"x\"",
        "'calibration': 7       | calibration must be text, got 7"
      })
  void whatDoesNotFitIsRefusedByPlaceAndKey(String pair, String message) {
    assertThatThrownBy(() -> bind("{" + pair.replace('\'', '"') + "}"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("a.yaml: techniques[0]: ")
        .hasMessageContaining(message)
        .hasMessageNotContaining("dev.winnow")
        .hasMessageNotContaining("java.");
  }
}
