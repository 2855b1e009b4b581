package dev.winnow.bench.ablate.report;

import static dev.winnow.bench.ablate.report.RunBuilder.run;
import static org.assertj.core.api.Assertions.assertThat;

import dev.winnow.bench.ablate.RunRecord.Item;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PlacesTest {

  @Test
  void fewValuesAreThePlacesThemselves() {
    Places places = places(2048, 512, 512, 1024.5);

    assertThat(places.labels()).containsExactly("512", "1025", "2048");
    assertThat(places.indexOf(item(512))).isZero();
    assertThat(places.indexOf(item(2048))).isEqualTo(2);
    assertThat(places.indexOf(item(700))).isEqualTo(-1);
    assertThat(places.indexOf(new Item("0", Map.of(), 1))).isEqualTo(-1);
  }

  @Test
  void manyValuesAreTwelveRangesThatHoldThemAll() {
    double[] values = IntStream.rangeClosed(0, 48).asDoubleStream().toArray();
    Places places = places(values);

    assertThat(places.size()).isEqualTo(12);
    assertThat(places.labels()).startsWith("0…4", "4…8").endsWith("44…48");
    assertThat(places.indexOf(item(0))).isZero();
    assertThat(places.indexOf(item(3.9))).isZero();
    assertThat(places.indexOf(item(4))).isEqualTo(1);
    assertThat(places.indexOf(item(48))).isEqualTo(11);
  }

  @Test
  void valuesThatAreNotFiniteHaveNoPlace() {
    Places places = places(1, Double.NaN, Double.POSITIVE_INFINITY);

    assertThat(places.size()).isEqualTo(1);
    assertThat(places.indexOf(item(Double.NaN))).isEqualTo(-1);
  }

  private static Places places(double... values) {
    Item[] items =
        IntStream.range(0, values.length).mapToObj(i -> item(values[i])).toArray(Item[]::new);
    return Places.of(
        Results.of(List.of(run("dense").items(items).build())).tasks().getFirst(), "length");
  }

  private static Item item(double length) {
    return new Item("at " + length, Map.of("length", length), 1);
  }
}
