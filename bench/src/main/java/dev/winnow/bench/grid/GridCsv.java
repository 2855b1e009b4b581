package dev.winnow.bench.grid;

import com.fasterxml.jackson.databind.JsonNode;
import dev.winnow.bench.Csv;
import java.util.List;

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
    StringBuilder csv = new StringBuilder(Csv.line(COLUMNS.stream()));
    for (JsonNode row : results) {
      csv.append(Csv.line(COLUMNS.stream().map(key -> row.path(key).asText())));
    }
    return csv.toString();
  }
}
