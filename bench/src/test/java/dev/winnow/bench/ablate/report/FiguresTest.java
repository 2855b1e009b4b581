package dev.winnow.bench.ablate.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class FiguresTest {

  @Test
  void numbersShowTheDigitsThatTell() {
    assertThat(Figures.number(0)).isEqualTo("0.000");
    assertThat(Figures.number(0.9512)).isEqualTo("0.951");
    assertThat(Figures.number(-25.34)).isEqualTo("−25.3");
    assertThat(Figures.number(268.4)).isEqualTo("268");
    assertThat(Figures.number(0.0000123)).isEqualTo("1.2e-05");
    assertThat(Figures.number(Double.NaN)).isEqualTo("–");
    assertThat(Figures.number(Double.NEGATIVE_INFINITY)).isEqualTo("−∞");
  }

  @Test
  void countsAndBytesHaveTheirUnits() {
    assertThat(Figures.count(999)).isEqualTo("999");
    assertThat(Figures.count(1_230_000_000_000.0)).isEqualTo("1.23 T");
    assertThat(Figures.bytes(1023)).isEqualTo("1023 B");
    assertThat(Figures.bytes(1024)).isEqualTo("1.00 KiB");
    assertThat(Figures.bytes(50e6)).isEqualTo("47.7 MiB");
    assertThat(Figures.exact(9_007_199_254_740_991.0)).isEqualTo("9007199254740991");
  }

  @Test
  void parametersKeepTheirOrder() {
    Map<String, Object> axes = new LinkedHashMap<>();
    axes.put("token_budget", 64);
    axes.put("chunks", "all");

    assertThat(Figures.axes(axes)).isEqualTo("token_budget 64, chunks all");
  }
}
