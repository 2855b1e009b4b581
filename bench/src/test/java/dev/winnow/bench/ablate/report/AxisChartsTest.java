package dev.winnow.bench.ablate.report;

import static dev.winnow.bench.ablate.report.RunBuilder.run;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.winnow.bench.ablate.RunRecord;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class AxisChartsTest {

  @Test
  void aLineFollowsOneParameterWhileTheOthersStay() {
    JsonNode chart =
        only(
            run("dense").scores(1).build(),
            run("fasa 1").axes(Map.of("budget", 256)).scores(0.75).build(),
            run("fasa 2").axes(Map.of("budget", 64)).scores(0.5).build());

    assertThat(chart.at("/labels").toString()).isEqualTo("[\"64\",\"256\"]");
    assertThat(chart.at("/series/0/name").asText()).isEqualTo("dense");
    assertThat(chart.at("/series/0/points/1/0").asDouble()).isEqualTo(1);
    assertThat(chart.at("/series/1/name").asText()).isEqualTo("fasa");
    assertThat(chart.at("/series/1/points/0/0").asDouble()).isEqualTo(0.5);
    assertThat(chart.at("/series/1/points/1/0").asDouble()).isEqualTo(0.75);
  }

  @Test
  void variantsAtTheSamePointAreOnTwoLines() {
    JsonNode chart =
        only(
            run("fasa a").axes(Map.of("budget", 64)).scores(0.1).build(),
            run("fasa b").axes(Map.of("budget", 64)).scores(0.2).build(),
            run("fasa c").axes(Map.of("budget", 256)).scores(0.3).build(),
            run("fasa d").axes(Map.of("budget", 256)).scores(0.4).build());

    assertThat(chart.at("/series")).hasSize(2);
    assertThat(chart.at("/series/1/name").asText()).isEqualTo("fasa (2)");
    assertThat(chart.at("/series/1/points/1/0").asDouble()).isEqualTo(0.4);
  }

  @Test
  void valuesThatALineLacksAreGaps() {
    JsonNode chart =
        only(
            run("fasa 1").axes(Map.of("budget", 1)).scores(0.1).build(),
            run("fasa 2").axes(Map.of("budget", 2)).scores(0.2).build(),
            run("h2o 1").axes(Map.of("budget", 1)).scores(0.3).build(),
            run("h2o 3").axes(Map.of("budget", 3)).scores(0.4).build());

    assertThat(chart.at("/series/1/points/1/0").isNull()).isTrue();
  }

  @Test
  void aParameterWithOneValueHasNoChart() {
    assertThat(charts(run("fasa").axes(Map.of("budget", 1)).scores(0.1).build())).isEmpty();
  }

  private static JsonNode only(RunRecord... runs) {
    List<Chart> charts = charts(runs);
    assertThat(charts).hasSize(1);
    return charts.getFirst().spec();
  }

  private static List<Chart> charts(RunRecord... runs) {
    return AxisCharts.of(Results.of(List.of(runs)).tasks().getFirst());
  }
}
