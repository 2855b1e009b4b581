package dev.winnow.engine.technique.tokenselect;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.winnow.engine.technique.Techniques;
import java.io.UncheckedIOException;

/** Configs as a user writes them. */
final class Configs {
  private static final JsonMapper LENIENT =
      JsonMapper.builder()
          .enable(com.fasterxml.jackson.core.json.JsonReadFeature.ALLOW_UNQUOTED_FIELD_NAMES)
          .enable(com.fasterxml.jackson.core.json.JsonReadFeature.ALLOW_SINGLE_QUOTES)
          .build();

  private Configs() {}

  /** Six voted tokens between three sinks and a window of eight, and {@code more} keys. */
  static TokenSelectConfig small(String more) {
    return of(
        more
            + ", sinks: 3, window: 8, prefill_rows: 8"
            + (more.contains("token_budget") ? "" : ", token_budget: 17"));
  }

  static TokenSelectConfig small() {
    return small("pool: 1");
  }

  static TokenSelectConfig of(String keys) {
    return technique(keys).config();
  }

  static TokenSelect technique(String keys) {
    try {
      ObjectNode json = (ObjectNode) LENIENT.readTree("{" + keys + "}");
      return (TokenSelect)
          Techniques.load().create("token_select", json, "config.yaml: techniques[0]");
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }
}
