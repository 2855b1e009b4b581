package dev.winnow.bench.grid;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LatencyGridTest {
  private static final long MILLISECOND = 1_000_000;

  private final List<String> log = new ArrayList<>();

  /** Takes the given times, one run after the other, and starts again. */
  private final class Scripted implements Contender {
    private final String name;
    private final int surplusTokens;
    private final long weightBytes;
    private final long[] millis;
    private GridTest test;
    private int next;

    Scripted(String name, int surplusTokens, long weightBytes, long... millis) {
      this.name = name;
      this.surplusTokens = surplusTokens;
      this.weightBytes = weightBytes;
      this.millis = millis;
    }

    @Override
    public String name() {
      return name;
    }

    @Override
    public Map<String, String> settings() {
      return Map.of("threads", "2");
    }

    @Override
    public void prepare(GridTest prepared) {
      test = prepared;
      log.add(name + " " + prepared.name());
    }

    @Override
    public Run run() {
      log.add(name);
      long weights = weightBytes * test.tokens();
      return new Run(
          millis[next++ % millis.length] * MILLISECOND,
          test.tokens() + surplusTokens,
          weightBytes == 0
              ? Work.UNKNOWN
              : new Work(
                  weights,
                  weights / 4,
                  weights / 2,
                  3_000_000L * test.tokens(),
                  4_000_000L * test.tokens(),
                  123,
                  900,
                  600));
    }

    @Override
    public void close() {}
  }

  private static List<GridRow> run(int repetitions, int warmUps, Contender... contenders) {
    return new LatencyGrid(List.of(contenders), repetitions, warmUps, line -> {})
        .run(GridTest.parse("tg10@d4"));
  }

  @Test
  void runsContendersInTurnWithinEachRepetition() {
    List<GridRow> unused = run(2, 1, new Scripted("a", 0, 0, 1), new Scripted("b", 0, 0, 1));
    assertThat(log).containsExactly("a tg10@d4", "b tg10@d4", "a", "b", "a", "b", "a", "b");
  }

  @Test
  void leavesWarmUpsOutOfTheResult() {
    List<GridRow> rows = run(3, 2, new Scripted("a", 0, 0, 900, 800, 20, 40, 50));
    assertThat(rows.get(0).milliseconds().median()).isEqualTo(40);
    assertThat(rows.get(0).milliseconds().max()).isEqualTo(50);
    assertThat(rows.get(0).tokensPerSecond()).isEqualTo(250);
    assertThat(rows.get(0).millisecondsPerToken()).isEqualTo(4);
  }

  @Test
  void comparesRunsInPairs() {
    // The machine slows down in the third repetition; ratios are 2, 4 and 2.
    List<GridRow> rows =
        run(3, 0, new Scripted("a", 0, 0, 10, 10, 100), new Scripted("b", 0, 0, 20, 40, 200));
    assertThat(rows.get(0).speedUpOver(rows.get(1))).isEqualTo(2);
  }

  @Test
  void refusesAContenderThatDidOtherWork() {
    assertThatIllegalStateException()
        .isThrownBy(() -> run(1, 0, new Scripted("a", 0, 0, 1), new Scripted("b", 1, 0, 1)))
        .withMessage("b computed 11 tokens for tg10@d4, not 10");
  }

  @Test
  void reportsWhatWasMeasuredAsJson() {
    Scripted ours = new Scripted("winnow", 0, 1000, 10, 20, 30);
    Scripted peer = new Scripted("peer", 0, 0, 20, 40, 60);
    List<GridRow> rows = run(3, 0, ours, peer);
    JsonNode json = report(rows).json();
    assertThat(json.get("model").asText()).isEqualTo("m");
    assertThat(json.get("environment").get("cores").asInt()).isEqualTo(2);
    assertThat(json.get("contenders").get("peer").get("threads").asText()).isEqualTo("2");
    JsonNode first = json.get("results").get(0);
    assertThat(first.get("test").asText()).isEqualTo("tg10@d4");
    assertThat(first.get("depth").asInt()).isEqualTo(4);
    assertThat(first.get("tokens_per_s").asDouble()).isEqualTo(500);
    assertThat(first.get("samples_ms")).hasSize(3);
    assertThat(first.get("ms_stddev").asDouble()).isEqualTo(10);
    assertThat(first.get("weight_bytes_per_token").asDouble()).isEqualTo(1000);
    assertThat(first.get("kv_bytes_per_token").asDouble()).isEqualTo(250);
    assertThat(first.get("dense_kv_bytes_per_token").asDouble()).isEqualTo(500);
    assertThat(first.get("flops_per_token").asDouble()).isEqualTo(3e6);
    assertThat(first.get("dense_flops_per_token").asDouble()).isEqualTo(4e6);
    assertThat(first.get("peak_kv_bytes").asLong()).isEqualTo(123);
    // 1250 bytes (dense 1500) at 1e6 bytes per second, against 20 ms for 10 tokens.
    assertThat(first.get("byte_bound_ms_per_token").asDouble()).isEqualTo(1.25);
    assertThat(first.get("dense_byte_bound_ms_per_token").asDouble()).isEqualTo(1.5);
    assertThat(first.get("byte_bound_fraction").asDouble()).isEqualTo(0.625);
    // Steps of 900 ns, 600 of which neither attend nor select.
    assertThat(first.get("s_infinity").asDouble()).isEqualTo(1.5);
    // The ranks of 10, 20 and 30 ms are 0, 1 and 2; 95 % of 2 is 1.9.
    assertThat(first.get("ms_p95").asDouble()).isCloseTo(29, within(1e-9));
    assertThat(first.get("tpot_ms_p50").asDouble()).isEqualTo(2);
    assertThat(first.get("tpot_ms_p95").asDouble()).isCloseTo(2.9, within(1e-9));
    assertThat(first.has("ttft_ms_p50")).isFalse();
    assertThat(first.get("speed_up_over").get("peer").asDouble()).isEqualTo(2);
    JsonNode second = json.get("results").get(1);
    assertThat(second.get("contender").asText()).isEqualTo("peer");
    assertThat(second.has("speed_up_over")).isFalse();
    assertThat(second.has("byte_bound_fraction")).isFalse();
  }

  @Test
  void reportsWhatWasMeasuredAsAMarkdownTable() {
    List<GridRow> rows =
        run(1, 0, new Scripted("winnow", 0, 2_000_000, 20), new Scripted("peer", 0, 0, 30));
    assertThat(report(rows).markdown().lines().filter(line -> line.matches("\\| [a-z].*")))
        .map(line -> line.replaceAll(" +", " "))
        .containsExactly(
            "| test | engine | tokens/s | ± | ms/token | p50 / p95 ms | min / max ms | TTFT ms |"
                + " TPOT ms | speed-up | peak KV MB | MFLOP/token (of dense) | KV MB/token (of"
                + " dense) | weights MB/token | bound ms/token (of dense) | of bound | S-infinity |",
            "| tg10@d4 | winnow | 500.0 | 0.0 | 2.00 | 20.0 / 20.0 | 20.0 / 20.0 | | 2.00 | 1.50x"
                + " peer | 0.00 | 3.0 (4.0) | 0.500 (1.000) | 2.0 | 2500.00 (3000.00) | 125000 % |"
                + " 1.50x |",
            "| tg10@d4 | peer | 333.3 | 0.0 | 3.00 | 30.0 / 30.0 | 30.0 / 30.0 | | 3.00 | | | | | |"
                + " | | |");
  }

  @Test
  void writesTheSameRowsAsCsvWithEmptyCellsForWhatAPeerDoesNotCount() {
    List<GridRow> rows =
        run(1, 0, new Scripted("winnow", 0, 1000, 20), new Scripted("a,b", 0, 0, 30));
    List<String> lines = report(rows).csv().lines().toList();
    assertThat(lines).hasSize(3);
    assertThat(lines.get(0)).startsWith("test,contender,").endsWith(",s_infinity");
    assertThat(lines.get(1)).startsWith("tg10@d4,winnow,10,4,500.0,").endsWith(",0.625,1.5");
    assertThat(lines.get(2)).startsWith("tg10@d4,\"a,b\",10,4,").endsWith(",,,,");
  }

  @Test
  void conformsToThePublishedSchema() throws IOException {
    GridReport report =
        report(run(2, 0, new Scripted("winnow", 0, 1000, 20), new Scripted("peer", 0, 0, 30)));
    ObjectNode json = report.json();
    json.set("comparison", GridComparison.json(GridComparison.with(json.toString()).rows(report)));
    try (InputStream in = GridReport.class.getResourceAsStream("bench-report.schema.json")) {
      assertConforms("report", json, new ObjectMapper().readTree(in));
    }
  }

  /** Checks types, constants, required and unknown names: all that the schema uses. */
  private static void assertConforms(String where, JsonNode value, JsonNode schema) {
    List<String> allowed = new ArrayList<>();
    JsonNode types = schema.get("type");
    if (types.isArray()) {
      types.forEach(type -> allowed.add(type.asText()));
    } else {
      allowed.add(types.asText());
    }
    String type = value.getNodeType().name().toLowerCase(Locale.ROOT);
    boolean whole = value.isIntegralNumber() && allowed.contains("integer");
    assertThat(whole || allowed.contains(type)).as("%s is %s", where, value).isTrue();
    if (schema.has("const")) {
      assertThat(value.asInt()).as(where).isEqualTo(schema.get("const").asInt());
    }
    schema.path("required").forEach(key -> assertThat(value.has(key.asText())).as(where).isTrue());
    value
        .properties()
        .forEach(
            field -> {
              String name = where + "." + field.getKey();
              JsonNode known = schema.path("properties").path(field.getKey());
              JsonNode one = known.isMissingNode() ? schema.path("additionalProperties") : known;
              assertThat(one.isObject()).as("%s is in the schema", name).isTrue();
              assertConforms(name, field.getValue(), one);
            });
    if (value.isArray()) {
      value.forEach(item -> assertConforms(where + "[]", item, schema.get("items")));
    }
  }

  @Test
  void aVariantIsComparedWithOursAndWithPeers() {
    List<GridRow> rows =
        run(
            1,
            0,
            new Scripted("winnow", 0, 1000, 20),
            new Scripted("variant", 0, 1000, 10),
            new Scripted("peer", 0, 0, 30));
    JsonNode results = report(rows).json().get("results");
    assertThat(results.get(0).get("speed_up_over")).hasToString("{\"peer\":1.5}");
    assertThat(results.get(1).get("speed_up_over")).hasToString("{\"winnow\":2.0,\"peer\":3.0}");
    assertThat(results.get(2).has("speed_up_over")).isFalse();
  }

  private static GridReport report(List<GridRow> rows) {
    return new GridReport(
        "m",
        new BenchEnvironment("cpu", 2, "jvm", "2", "512-bit vectors", 1e6, 0.5),
        rows.get(0).runs().size(),
        Map.of("winnow", Map.of("threads", "2"), "peer", Map.of("threads", "2")),
        rows,
        List.of("variant"));
  }
}
