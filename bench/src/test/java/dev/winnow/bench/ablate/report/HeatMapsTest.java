package dev.winnow.bench.ablate.report;

import static dev.winnow.bench.ablate.report.RunBuilder.run;
import static org.assertj.core.api.Assertions.assertThat;

import dev.winnow.bench.ablate.RunRecord;
import dev.winnow.bench.ablate.RunRecord.Item;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class HeatMapsTest {

  @Test
  void cellsAreMeansOverTheItemsThatLieThere() {
    HeatMap map =
        maps(run("dense")
                .items(item(0, 512, 1), item(0, 512, 0), item(1, 512, 1), item(1, 1024, 0.25))
                .build())
            .getFirst();

    assertThat(map.columns()).containsExactly("512", "1024");
    assertThat(map.rows()).containsExactly("0", "1");
    assertThat(map.values()[0]).containsExactly(0.5, Double.NaN);
    assertThat(map.values()[1]).containsExactly(1, 0.25);
    assertThat(map.low()).isZero();
    assertThat(map.high()).isEqualTo(1);
  }

  @Test
  void mapsOfATaskShareTheirColours() {
    List<HeatMap> maps =
        maps(
            run("dense").items(item(0, 1, 2), item(1, 1, 3)).build(),
            run("fasa").items(item(0, 1, 7), item(1, 1, 5)).build());

    assertThat(maps).extracting(HeatMap::low).containsExactly(2.0, 2.0);
    assertThat(maps).extracting(HeatMap::high).containsExactly(7.0, 7.0);
  }

  @Test
  void thereIsNoneWithoutBothCoordinates() {
    Item onlyDepth = new Item("0", Map.of("depth", 0.5), 1);

    assertThat(maps(run("dense").items(onlyDepth).build())).isEmpty();
  }

  @Test
  void recallIsTheMeanOverSeedsAndUnknownWhereALayerWasAlwaysDense() {
    TaskResult task =
        Results.of(SampleRuns.all()).tasks().stream()
            .filter(t -> t.task().equals("needle"))
            .findFirst()
            .orElseThrow();
    List<HeatMap> maps = HeatMaps.recall(task, new FileNames());

    assertThat(maps).extracting(HeatMap::title).containsExactly("fasa 256");
    HeatMap map = maps.getFirst();
    assertThat(map.values()[0]).containsOnly(Double.NaN);
    double expected =
        SampleRuns.all().stream()
            .filter(run -> !run.layers().isEmpty())
            .mapToDouble(run -> run.layers().get(3).heads().get(2))
            .average()
            .orElseThrow();
    assertThat(map.values()[3][2]).isEqualTo(expected);
  }

  private static List<HeatMap> maps(RunRecord... runs) {
    return HeatMaps.byDepthAndLength(Results.of(List.of(runs)).tasks().getFirst(), new FileNames());
  }

  private static Item item(double depth, double length, double score) {
    return new Item(
        depth + "/" + length + "/" + score, Map.of("depth", depth, "length", length), score);
  }
}
