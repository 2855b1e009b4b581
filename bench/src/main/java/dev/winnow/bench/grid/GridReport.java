package dev.winnow.bench.grid;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * A grid's results with all that is needed to judge them.
 *
 * @param model what was measured
 * @param settings by contender
 * @param rows by test, then by contender, ours first, of those exact dense execution
 * @param variants contenders that are ours with techniques
 */
public record GridReport(
    String model,
    BenchEnvironment environment,
    int repetitions,
    Map<String, Map<String, String>> settings,
    List<GridRow> rows,
    List<String> variants) {

  /** Version of {@link #json()}'s form, that of {@code bench-report.schema.json}. */
  public static final int SCHEMA_VERSION = 1;

  /** Copies the collections. */
  public GridReport {
    settings = new LinkedHashMap<>(settings);
    rows = List.copyOf(rows);
    variants = List.copyOf(variants);
  }

  /** One JSON object: {@code environment}, {@code contenders}, {@code results}. */
  public ObjectNode json() {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("schema_version", SCHEMA_VERSION);
    json.put("model", model).put("repetitions", repetitions);
    json.putObject("environment")
        .put("cpu", environment.cpu())
        .put("cores", environment.cores())
        .put("jvm", environment.jvm())
        .put("libtorch", environment.libtorch())
        .put("vectors", environment.vectors())
        .put("read_bandwidth_bytes_per_s", environment.readBandwidth())
        .put("load_average", environment.loadAverage());
    ObjectNode contenders = json.putObject("contenders");
    settings.forEach(
        (name, values) -> {
          ObjectNode node = contenders.putObject(name);
          values.forEach(node::put);
        });
    ArrayNode results = json.putArray("results");
    rows.forEach(row -> results.add(json(row)));
    return json;
  }

  private ObjectNode json(GridRow row) {
    Statistics ms = row.milliseconds();
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    node.put("test", row.test().name()).put("contender", row.contender());
    node.put("tokens", row.test().tokens()).put("depth", row.test().depth());
    node.put("tokens_per_s", row.tokensPerSecond());
    node.put("tokens_per_s_stddev", row.tokensPerSecondStddev());
    node.put("ms_per_token", row.millisecondsPerToken());
    node.put("ms_median", ms.median()).put("ms_min", ms.min()).put("ms_max", ms.max());
    node.put("ms_stddev", ms.stddev());
    Percentiles spread = row.percentiles();
    node.put("ms_p95", spread.p95());
    if (row.test().kind() == GridTest.Kind.PP) {
      node.put("ttft_ms_p50", spread.p50()).put("ttft_ms_p95", spread.p95());
    } else {
      int tokens = row.test().tokens();
      node.put("tpot_ms_p50", spread.p50() / tokens).put("tpot_ms_p95", spread.p95() / tokens);
    }
    ArrayNode samples = node.putArray("samples_ms");
    row.runs().forEach(run -> samples.add(run.nanos() / 1e6));
    if (row.flopsPerToken() > 0) {
      node.put("peak_kv_bytes", row.peakKvBytes());
      node.put("flops_per_token", row.flopsPerToken());
      node.put("dense_flops_per_token", row.denseFlopsPerToken());
      node.put("kv_bytes_per_token", row.kvBytesPerToken());
      node.put("dense_kv_bytes_per_token", row.denseKvBytesPerToken());
    }
    row.speedUpAtInfinity().ifPresent(limit -> node.put("s_infinity", limit));
    if (row.weightBytesPerToken() > 0) {
      node.put("weight_bytes_per_token", row.weightBytesPerToken());
      node.put("byte_bound_ms_per_token", bound(row).milliseconds());
      node.put("dense_byte_bound_ms_per_token", denseBound(row).milliseconds());
      node.put("byte_bound_fraction", bound(row).fractionOf(row.millisecondsPerToken()));
    }
    ObjectNode speedUps = JsonNodeFactory.instance.objectNode();
    peers(row).forEach(peer -> speedUps.put(peer.contender(), row.speedUpOver(peer)));
    if (!speedUps.isEmpty()) {
      node.set("speed_up_over", speedUps);
    }
    return node;
  }

  private ByteBound bound(GridRow row) {
    return new ByteBound(
        row.weightBytesPerToken() + row.kvBytesPerToken(), environment.readBandwidth());
  }

  private ByteBound denseBound(GridRow row) {
    return new ByteBound(
        row.weightBytesPerToken() + row.denseKvBytesPerToken(), environment.readBandwidth());
  }

  /** The rows as RFC 4180 CSV with the names of the JSON. */
  public String csv() {
    return GridCsv.of(json().get("results"));
  }

  /** What {@code row} is compared with: ours with peers, a variant with ours and with peers. */
  private List<GridRow> peers(GridRow row) {
    List<GridRow> same = rows.stream().filter(other -> other.test().equals(row.test())).toList();
    boolean dense = same.getFirst() == row;
    if (!dense && !variants.contains(row.contender())) {
      return List.of();
    }
    return same.stream()
        .filter(other -> other != row && !variants.contains(other.contender()))
        .toList();
  }

  /** The same as Markdown. */
  public String markdown() {
    StringBuilder text = new StringBuilder();
    text.append("%s: median of %d runs.%n".formatted(model, repetitions));
    text.append(
        ("%s, %d cores, %s, libtorch %s, %s; memory read at %s; load average %s"
                + " before the run.%n")
            .formatted(
                environment.cpu(),
                environment.cores(),
                environment.jvm(),
                environment.libtorch(),
                environment.vectors(),
                gigabytes(environment.readBandwidth()),
                decimals(1, environment.loadAverage())));
    settings.forEach(
        (name, values) -> {
          List<String> parts = new ArrayList<>();
          values.forEach((key, value) -> parts.add(key + " " + value));
          text.append("%n%s: %s.%n".formatted(name, String.join(", ", parts)));
        });
    text.append('\n');
    List<List<String>> table = new ArrayList<>();
    table.add(
        List.of(
            "test",
            "engine",
            "tokens/s",
            "±",
            "ms/token",
            "p50 / p95 ms",
            "min / max ms",
            "TTFT ms",
            "TPOT ms",
            "speed-up",
            "peak KV MB",
            "MFLOP/token (of dense)",
            "KV MB/token (of dense)",
            "weights MB/token",
            "bound ms/token (of dense)",
            "of bound",
            "S-infinity"));
    rows.forEach(row -> table.add(cells(row)));
    appendTable(text, table);
    return text.toString().replace(System.lineSeparator(), "\n");
  }

  private List<String> cells(GridRow row) {
    boolean bytes = row.weightBytesPerToken() > 0;
    boolean counted = row.flopsPerToken() > 0;
    boolean prompt = row.test().kind() == GridTest.Kind.PP;
    Percentiles spread = row.percentiles();
    Statistics ms = row.milliseconds();
    return List.of(
        row.test().name(),
        row.contender(),
        decimals(1, row.tokensPerSecond()),
        decimals(1, row.tokensPerSecondStddev()),
        decimals(2, row.millisecondsPerToken()),
        decimals(1, spread.p50()) + " / " + decimals(1, spread.p95()),
        decimals(1, ms.min()) + " / " + decimals(1, ms.max()),
        prompt ? decimals(1, spread.p50()) : "",
        prompt ? "" : decimals(2, row.millisecondsPerToken()),
        speedUps(row).orElse(""),
        counted ? decimals(2, row.peakKvBytes() / 1e6) : "",
        counted ? beside(1, row.flopsPerToken() / 1e6, row.denseFlopsPerToken() / 1e6) : "",
        counted ? beside(3, row.kvBytesPerToken() / 1e6, row.denseKvBytesPerToken() / 1e6) : "",
        bytes ? decimals(1, row.weightBytesPerToken() / 1e6) : "",
        bytes ? beside(2, bound(row).milliseconds(), denseBound(row).milliseconds()) : "",
        bytes ? decimals(0, 100 * bound(row).fractionOf(row.millisecondsPerToken())) + " %" : "",
        row.speedUpAtInfinity().stream()
            .mapToObj(limit -> decimals(2, limit) + "x")
            .findFirst()
            .orElse(""));
  }

  private static String beside(int digits, double executed, double dense) {
    return decimals(digits, executed) + " (" + decimals(digits, dense) + ")";
  }

  private Optional<String> speedUps(GridRow row) {
    return peers(row).stream()
        .map(peer -> decimals(2, row.speedUpOver(peer)) + "x " + peer.contender())
        .reduce((a, b) -> a + ", " + b);
  }

  private static void appendTable(StringBuilder text, List<List<String>> table) {
    int columns = table.get(0).size();
    int[] widths = new int[columns];
    for (List<String> cells : table) {
      for (int i = 0; i < columns; i++) {
        widths[i] = Math.max(widths[i], cells.get(i).length());
      }
    }
    for (int row = 0; row < table.size(); row++) {
      for (int i = 0; i < columns; i++) {
        String cell = table.get(row).get(i);
        String padding = " ".repeat(widths[i] - cell.length());
        text.append("| ").append(i < 2 ? cell + padding : padding + cell).append(' ');
      }
      text.append("|\n");
      if (row == 0) {
        for (int i = 0; i < columns; i++) {
          text.append("|").append("-".repeat(widths[i] + 1)).append(i < 2 ? "-" : ":");
        }
        text.append("|\n");
      }
    }
  }

  private static String gigabytes(double bytesPerSecond) {
    return decimals(1, bytesPerSecond / 1e9) + " GB/s";
  }

  private static String decimals(int digits, double value) {
    return String.format(Locale.ROOT, "%." + digits + "f", value);
  }
}
