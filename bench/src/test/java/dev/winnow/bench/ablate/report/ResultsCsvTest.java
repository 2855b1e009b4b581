package dev.winnow.bench.ablate.report;

import static dev.winnow.bench.ablate.report.RunBuilder.run;
import static org.assertj.core.api.Assertions.assertThat;

import dev.winnow.bench.ablate.RunRecord;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ResultsCsvTest {

  @Test
  void aLineHasAllFiguresOfAVariantToTheirLastDigit() {
    List<String> lines =
        lines(
            run("dense").scores(1, 1).cost(1000, 1000, 10.0, 10.0).build(),
            run("fasa 64")
                .axes(Map.of("token_budget", 64))
                .scores(1, 0)
                .cost(900, 250, 5.0, 5.0)
                .build());

    assertThat(lines).hasSize(3);
    assertThat(cell(lines, 2, "variant")).isEqualTo("fasa 64");
    assertThat(cell(lines, 2, "execution")).isEqualTo("gathered");
    assertThat(cell(lines, 2, "score")).isEqualTo("0.5");
    assertThat(cell(lines, 2, "difference")).isEqualTo("-0.5");
    assertThat(cell(lines, 2, "pairs")).isEqualTo("2");
    assertThat(cell(lines, 2, "answers_lost")).isEqualTo("1");
    assertThat(cell(lines, 2, "flops")).isEqualTo("900");
    assertThat(cell(lines, 2, "dense_flops")).isEqualTo("1000");
    assertThat(cell(lines, 2, "kv_ratio")).isEqualTo("0.25");
    assertThat(cell(lines, 2, "time_bound_ratio")).isEqualTo("0.25");
    assertThat(cell(lines, 2, "tpot_ms")).isEqualTo("5.0");
    assertThat(cell(lines, 2, "tpot_ratio")).isEqualTo("0.5");
    assertThat(cell(lines, 2, "tpot_paired")).isEqualTo("true");
    assertThat(cell(lines, 2, "ttft_ms")).isEmpty();
    assertThat(cell(lines, 2, "axis.token_budget")).isEqualTo("64");
    assertThat(cell(lines, 1, "axis.token_budget")).isEmpty();
    assertThat(cell(lines, 1, "difference")).isEmpty();
  }

  @Test
  void labelsAreQuotedAsRfc4180Says() {
    String csv = ResultsCsv.of(Results.of(List.of(run("a \"b\", c").task("two\nlines").build())));

    assertThat(csv).contains("\"a \"\"b\"\", c\"").contains("\"two\nlines\"").endsWith("\r\n");
  }

  @Test
  void withoutAnyRunThereIsTheHeading() {
    assertThat(ResultsCsv.of(Results.of(List.of())))
        .startsWith("model,task,variant,technique,execution,metric,better,")
        .hasLineCount(1);
  }

  private static List<String> lines(RunRecord... runs) {
    return ResultsCsv.of(Results.of(List.of(runs))).lines().toList();
  }

  private static String cell(List<String> lines, int line, String column) {
    int index = Arrays.asList(lines.getFirst().split(",")).indexOf(column);
    return lines.get(line).split(",", -1)[index];
  }
}
