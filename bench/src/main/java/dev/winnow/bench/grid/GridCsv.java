package dev.winnow.bench.grid;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

/** The rows of a report as RFC 4180 CSV; a cell that does not apply is empty. */
final class GridCsv {
  static final List<String> COLUMNS =
      List.of(
          "test",
          "contender",
          "tokens",
          "depth",
          "tokens_per_s",
          "tokens_per_s_stddev",
          "ms_per_token",
          "ms_median",
          "ms_p95",
          "ms_min",
          "ms_max",
          "ms_stddev",
          "ttft_ms_p50",
          "ttft_ms_p95",
          "tpot_ms_p50",
          "tpot_ms_p95",
          "peak_kv_bytes",
          "flops_per_token",
          "dense_flops_per_token",
          "weight_bytes_per_token",
          "kv_bytes_per_token",
          "dense_kv_bytes_per_token",
          "byte_bound_ms_per_token",
          "dense_byte_bound_ms_per_token",
          "byte_bound_fraction",
          "s_infinity");

  private GridCsv() {}

  /** A heading and a line for each element of {@code results}, as in the JSON report. */
  static String of(JsonNode results) {
    StringBuilder csv = new StringBuilder(String.join(",", COLUMNS)).append("\r\n");
    StreamSupport.stream(results.spliterator(), false)
        .map(row -> COLUMNS.stream().map(key -> cell(row.path(key))))
        .forEach(cells -> csv.append(cells.collect(Collectors.joining(","))).append("\r\n"));
    return csv.toString();
  }

  private static String cell(JsonNode value) {
    String text = value.asText();
    return text.matches("(?s).*[\",\r\n].*") ? '"' + text.replace("\"", "\"\"") + '"' : text;
  }
}
