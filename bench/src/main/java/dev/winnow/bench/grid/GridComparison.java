package dev.winnow.bench.grid;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;

/** Throughput of a report beside that of an older one of the same model, machine and settings. */
public final class GridComparison {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final List<String> SAME_SETTINGS = List.of("weights", "kv", "threads");

  private final JsonNode old;

  private GridComparison(JsonNode old) {
    this.old = old;
  }

  /**
   * One row of both.
   *
   * @param before tokens per second of the older report; empty if it lacks the row
   * @param now tokens per second
   */
  public record Row(String test, String contender, OptionalDouble before, double now) {

    /** How many times as fast it is now. */
    public OptionalDouble ratio() {
      return before.isPresent()
          ? OptionalDouble.of(now / before.getAsDouble())
          : OptionalDouble.empty();
    }

    /** One line for people. */
    public String describe() {
      return ratio().isPresent()
          ? String.format(
              Locale.ROOT,
              "%s %s: %.2f tokens/s, was %.2f: new/old %.3f",
              test,
              contender,
              now,
              before.getAsDouble(),
              ratio().getAsDouble())
          : String.format(
              Locale.ROOT, "%s %s: %.2f tokens/s, not in the old report", test, contender, now);
    }
  }

  /**
   * Reads an older report.
   *
   * @throws IllegalArgumentException if {@code json} is none, naming what is wrong with it
   */
  public static GridComparison with(String json) {
    JsonNode old;
    try {
      old = JSON.readTree(json);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(
          "compare: not JSON (line %d); give what 'bench --json' printed"
              .formatted(e.getLocation().getLineNr()),
          e);
    }
    if (old.path("schema_version").asInt() != GridReport.SCHEMA_VERSION) {
      throw new IllegalArgumentException(
          "compare: schema_version must be %d, got %s; measure the old version again with 'bench --json'"
              .formatted(GridReport.SCHEMA_VERSION, shown(old.path("schema_version"))));
    }
    if (!old.path("results").isArray()) {
      throw new IllegalArgumentException(
          "compare: results must be a list of rows, got " + shown(old.path("results")));
    }
    for (JsonNode row : old.path("results")) {
      if (!row.path("test").isTextual()
          || !row.path("contender").isTextual()
          || !(row.path("tokens_per_s").asDouble() > 0)) {
        throw new IllegalArgumentException(
            "compare: a row of results needs test, contender and tokens_per_s > 0, got " + row);
      }
    }
    return new GridComparison(old);
  }

  /**
   * Refuses to compare what cannot be.
   *
   * @param settings by contender; those the older report lacks are not looked at
   * @throws IllegalArgumentException naming the field that differs
   */
  public void check(String model, String cpu, Map<String, Map<String, String>> settings) {
    same("model", old.path("model"), model);
    same("environment.cpu", old.path("environment").path("cpu"), cpu);
    settings.forEach(
        (contender, values) -> {
          JsonNode before = old.path("contenders").path(contender);
          for (String key : SAME_SETTINGS) {
            if (before.isObject() && values.containsKey(key)) {
              same("contenders.%s.%s".formatted(contender, key), before.path(key), values.get(key));
            }
          }
        });
  }

  private static void same(String field, JsonNode before, String now) {
    if (!before.asText().equals(now)) {
      throw new IllegalArgumentException(
          "compare: %s is '%s' now and %s in the old report; compare runs of the same model, machine and settings"
              .formatted(field, now, shown(before)));
    }
  }

  /** Every row of both: those of {@code report} in their order. */
  public List<Row> rows(GridReport report) {
    return report.rows().stream()
        .map(
            row ->
                new Row(
                    row.test().name(),
                    row.contender(),
                    before(row.test().name(), row.contender()),
                    row.tokensPerSecond()))
        .toList();
  }

  /** Rows of the older report that {@code rows} lack, as {@code TEST CONTENDER}. */
  public List<String> gone(List<Row> rows) {
    List<String> gone = new ArrayList<>();
    for (JsonNode row : old.path("results")) {
      gone.add(row.get("test").asText() + " " + row.get("contender").asText());
    }
    rows.forEach(row -> gone.remove(row.test() + " " + row.contender()));
    return gone;
  }

  private OptionalDouble before(String test, String contender) {
    Iterator<JsonNode> rows = old.path("results").iterator();
    while (rows.hasNext()) {
      JsonNode row = rows.next();
      if (row.get("test").asText().equals(test)
          && row.get("contender").asText().equals(contender)) {
        return OptionalDouble.of(row.get("tokens_per_s").asDouble());
      }
    }
    return OptionalDouble.empty();
  }

  /** The rows as JSON; {@code ratio} is null where the older report lacks the row. */
  public static ArrayNode json(List<Row> rows) {
    ArrayNode list = JsonNodeFactory.instance.arrayNode();
    for (Row row : rows) {
      list.addObject()
          .put("test", row.test())
          .put("contender", row.contender())
          .put("tokens_per_s", row.now())
          .put("old_tokens_per_s", boxed(row.before()))
          .put("ratio", boxed(row.ratio()));
    }
    return list;
  }

  private static Double boxed(OptionalDouble value) {
    return value.isPresent() ? (Double) value.getAsDouble() : null;
  }

  private static String shown(JsonNode node) {
    return node.isMissingNode() ? "nothing" : node.toString();
  }
}
