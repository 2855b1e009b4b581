package dev.winnow.engine.config;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.winnow.engine.technique.Techniques;
import java.util.List;
import org.junit.jupiter.api.Test;

class ConfigSchemaTest {
  private static final JsonNode SECTIONS =
      ConfigSchema.of(Techniques.load(), List.of("test_skip_layers", "test_window"))
          .at("/properties/techniques/items/anyOf");

  @Test
  void keysHaveTypesAndDefaultsAndOthersAreRefused() {
    JsonNode window = SECTIONS.get(1);

    assertThat(window.at("/properties/technique")).hasToString("{\"const\":\"test_window\"}");
    assertThat(window.at("/properties/token_budget"))
        .hasToString("{\"type\":\"number\",\"default\":8}");
    assertThat(window.at("/properties/sinks")).hasToString("{\"type\":\"integer\",\"default\":1}");
    assertThat(window.at("/properties/key_form"))
        .hasToString("{\"enum\":[\"rotated\",\"unrotated\"],\"default\":\"rotated\"}");
    assertThat(window.at("/properties/dense_layers"))
        .hasToString("{\"type\":\"array\",\"items\":{\"type\":\"integer\"},\"default\":[]}");
    assertThat(window.at("/properties/calibration")).hasToString("{\"type\":\"string\"}");
    assertThat(window.get("additionalProperties").asBoolean(true)).isFalse();
    assertThat(window.get("required")).hasToString("[\"technique\"]");
  }

  @Test
  void onlyTheTechniquesNamedAreInIt() {
    assertThat(SECTIONS).hasSize(2);
    assertThat(SECTIONS.get(0).at("/properties/technique/const").asText())
        .isEqualTo("test_skip_layers");
  }
}
