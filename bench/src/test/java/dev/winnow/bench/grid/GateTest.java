package dev.winnow.bench.grid;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GateTest {
  private static final List<String> OURS = List.of("winnow", "fasa");
  private static final List<GridComparison.Row> ROWS =
      List.of(
          row("winnow", 100, 95),
          row("fasa", 100, 90),
          row("llama.cpp", 100, 10),
          new GridComparison.Row("pp8", "winnow", OptionalDouble.empty(), 5));

  private static GridComparison.Row row(String contender, double before, double now) {
    return new GridComparison.Row("tg128", contender, OptionalDouble.of(before), now);
  }

  @ParameterizedTest
  @CsvSource({"<, 0", "<=, 1", ">, 0", ">=, 1"})
  void aRatioAtTheBoundaryFailsOnlyWhereEqualityIsMeant(String operator, int violations) {
    Gate gate = Gate.parse("tg128 winnow " + operator + " 0.95");
    assertThat(gate.violations(ROWS, OURS)).hasSize(violations);
  }

  @Test
  void withoutAConfigEveryRowOfTheTestButPeersCounts() {
    assertThat(Gate.parse("tg128 < 0.95").violations(ROWS, OURS))
        .containsExactly(
            "--fail-if 'tg128 < 0.95': tg128 fasa: 90.00 tokens/s, was 100.00: new/old 0.900");
  }

  @Test
  void aPeerCountsWhenNamed() {
    assertThat(Gate.parse("tg128 llama.cpp < 0.95").violations(ROWS, OURS)).hasSize(1);
  }

  @Test
  void aRowThatTheOldReportLacksCannotPass() {
    assertThat(Gate.parse("pp8 < 0.1").violations(ROWS, OURS).getFirst())
        .contains("pp8 winnow", "not in the old report");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "tg128",
        "tg128 = 0.9",
        "tg128 < -1",
        "tg128 < x",
        "tg128 a b < 1",
        "fast < 1",
        "tg1,tg2 < 1"
      })
  void whatIsNoConditionIsRefusedWithHowOneIsWritten(String text) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Gate.parse(text))
        .withMessageContaining("TEST [CONFIG] OP RATIO");
  }

  @Test
  void aTestOrConfigThatIsNotRunIsRefused() {
    List<String> tests = List.of("tg128");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Gate.parse("tg64 < 1").check(tests, OURS))
        .withMessage("fail_if: test must be one of [tg128], got 'tg64'");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Gate.parse("tg128 quest < 1").check(tests, OURS))
        .withMessage("fail_if: config must be one of [winnow, fasa], got 'quest'");
  }

  @ParameterizedTest
  @CsvSource({
    "n, cpu, int8, 2, model",
    "m, gpu, int8, 2, environment.cpu",
    "m, cpu, f16, 2, contenders.winnow.weights",
    "m, cpu, int8, 4, contenders.winnow.threads"
  })
  void reportsOfDifferentThingsAreNotCompared(
      String model, String cpu, String weights, String threads, String field) {
    GridComparison comparison =
        GridComparison.with(
            """
            {"schema_version": 1, "model": "m", "environment": {"cpu": "cpu"}, "results": [],
             "contenders": {"winnow": {"weights": "int8", "threads": "2"}}}
            """);
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                comparison.check(
                    model, cpu, Map.of("winnow", Map.of("weights", weights, "threads", threads))))
        .withMessageStartingWith("compare: " + field + " is ");
  }

  @Test
  void rowsOnlyInTheOldReportAreNamed() {
    GridComparison comparison =
        GridComparison.with(
            """
            {"schema_version": 1, "results": [
             {"test": "tg128", "contender": "winnow", "tokens_per_s": 2},
             {"test": "tg128", "contender": "quest", "tokens_per_s": 2}]}
            """);
    assertThat(comparison.gone(ROWS)).containsExactly("tg128 quest");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{",
        "{}",
        "[]",
        "{\"schema_version\": 2}",
        "{\"schema_version\": 1}",
        "{\"schema_version\": 1, \"results\": [{\"test\": \"tg1\"}]}"
      })
  void aFileThatIsNoReportIsRefused(String text) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> GridComparison.with(text))
        .withMessageStartingWith("compare: ");
  }
}
