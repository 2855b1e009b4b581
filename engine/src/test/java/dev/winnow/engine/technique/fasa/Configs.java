package dev.winnow.engine.technique.fasa;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.winnow.engine.technique.Parameters;
import dev.winnow.engine.technique.fasa.FasaConfig.Lists;
import dev.winnow.engine.technique.fasa.FasaConfig.Sets;
import java.util.Locale;

/** Parameters for tests. */
final class Configs {
  private Configs() {}

  /** A section of a config in JSON, with single quotes. */
  static ObjectNode section(String json) {
    try {
      return (ObjectNode) new ObjectMapper().readTree(json.replace('\'', '"'));
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(e);
    }
  }

  /** The parameters that {@code json} describes. */
  static FasaConfig of(String json) {
    return Parameters.bind(section(json), FasaConfig.defaults(), "test");
  }

  /** Without break-even: it selects however few tokens there are. */
  static FasaConfig of(int budget, int chunks, Sets sets, Lists lists) {
    return of(
        """
        {'token_budget': %d, 'chunks': %d, 'sets': '%s', 'lists': '%s', 'break_even': false}
        """
            .formatted(
                budget,
                chunks,
                sets.name().toLowerCase(Locale.ROOT),
                lists.name().toLowerCase(Locale.ROOT)));
  }

  /** As published, however few tokens there are. */
  static FasaConfig published(int budget, int chunks) {
    return of(budget, chunks, Sets.PER_QUERY_HEAD, Lists.PER_QUERY_HEAD);
  }

  /** As published with more keys, such as {@code 'sinks': 2}. */
  static FasaConfig published(int budget, int chunks, String more) {
    return of(
        """
        {'token_budget': %d, 'chunks': %d, 'sets': 'per_query_head', 'lists': 'per_query_head',
         'break_even': false, %s}
        """
            .formatted(budget, chunks, more));
  }
}
