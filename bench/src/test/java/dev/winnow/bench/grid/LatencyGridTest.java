package dev.winnow.bench.grid;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
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
      return new Run(
          millis[next++ % millis.length] * MILLISECOND,
          test.tokens() + surplusTokens,
          weightBytes * test.tokens(),
          weightBytes * test.tokens() / 4,
          0);
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
    // 1250 bytes, 500 times a second, of the 1e6 bytes per second that can be read.
    assertThat(first.get("bandwidth_fraction").asDouble()).isEqualTo(0.625);
    assertThat(first.get("speed_up_over").get("peer").asDouble()).isEqualTo(2);
    JsonNode second = json.get("results").get(1);
    assertThat(second.get("contender").asText()).isEqualTo("peer");
    assertThat(second.has("speed_up_over")).isFalse();
    assertThat(second.has("bandwidth_fraction")).isFalse();
  }

  @Test
  void reportsWhatWasMeasuredAsAMarkdownTable() {
    List<GridRow> rows =
        run(1, 0, new Scripted("winnow", 0, 2_000_000, 20), new Scripted("peer", 0, 0, 30));
    assertThat(report(rows).markdown().lines().filter(line -> line.startsWith("|")))
        .map(line -> line.replaceAll(" +", " "))
        .containsExactly(
            "| test | engine | tokens/s | ± | ms/token | speed-up | MB/token (weights + KV) | of"
                + " read bandwidth |",
            "|---------|--------|---------:|----:|---------:|-----------:|------------------------:|------------------:|",
            "| tg10@d4 | winnow | 500.0 | 0.0 | 2.00 | 1.50x peer | 2.0 + 0.5 | 125000 % |",
            "| tg10@d4 | peer | 333.3 | 0.0 | 3.00 | | | |");
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
