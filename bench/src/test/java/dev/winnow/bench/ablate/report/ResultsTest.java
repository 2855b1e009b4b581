package dev.winnow.bench.ablate.report;

import static dev.winnow.bench.ablate.report.RunBuilder.run;
import static org.assertj.core.api.Assertions.assertThat;

import dev.winnow.bench.ablate.RunRecord;
import java.util.List;
import org.junit.jupiter.api.Test;

class ResultsTest {

  @Test
  void denseComesFirstWhereverItRan() {
    Results results = Results.of(List.of(run("fasa").build(), run("dense").build()));

    assertThat(results.variants()).containsExactly("dense", "fasa");
    assertThat(results.tasks().getFirst().variants())
        .extracting(VariantResult::variant)
        .containsExactly("dense", "fasa");
  }

  @Test
  void aRunThatFailedAndThenSucceededCountsAsSucceeded() {
    RunRecord failed = run("fasa").id("1").failed("disk full").build();
    RunRecord succeeded = run("fasa").id("1").scores(1).build();

    assertThat(Results.of(List.of(failed, succeeded)).failed()).isEmpty();
    assertThat(Results.of(List.of(succeeded, failed)).failed()).isEmpty();
    assertThat(Results.of(List.of(succeeded, failed)).runs()).containsExactly(succeeded);
  }

  @Test
  void precisionIsNamedWhereItTellsModelsApart() {
    List<RunRecord> runs =
        List.of(
            run("dense").model("smol", "f32/f32").build(),
            run("dense").model("smol", "f16/f16").build(),
            run("dense").model("recall", "f32/f32").build());

    assertThat(Results.of(runs).models())
        .containsExactly("smol (f32/f32)", "smol (f16/f16)", "recall");
  }

  @Test
  void comparisonsOfAllTasksAreCorrectedTogether() {
    double[] dense = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1};
    double[] worse = {0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1};
    Results results =
        Results.of(
            List.of(
                run("dense").task("a").scores(dense).build(),
                run("fasa").task("a").scores(worse).build(),
                run("dense").task("b").scores(dense).build(),
                run("fasa").task("b").scores(dense).build()));

    Difference difference = results.differences().getFirst();
    assertThat(results.differences()).hasSize(2);
    assertThat(difference.corrected()).isEqualTo(2 * difference.p());
    assertThat(results.differences().getLast().corrected()).isEqualTo(1);
  }

  @Test
  void aTaskWithoutASuccessfulRunStaysListed() {
    Results results = Results.of(List.of(run("dense").failed("no memory").build()));

    assertThat(results.tasks()).hasSize(1);
    assertThat(results.tasks().getFirst().variants()).isEmpty();
    assertThat(results.failed()).hasSize(1);
  }
}
