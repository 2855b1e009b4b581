package dev.winnow.bench.ablate.report;

import static dev.winnow.bench.ablate.report.RunBuilder.run;
import static org.assertj.core.api.Assertions.assertThat;

import dev.winnow.bench.ablate.RunRecord;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AblationReportTest {
  @TempDir private Path dir;

  @Test
  void thePageTheTableAndThePicturesAreWritten() throws IOException {
    List<Path> files = AblationReport.write(dir.resolve("new"), "Sample", SampleRuns.all());

    assertThat(files)
        .extracting(file -> file.getFileName().toString())
        .startsWith("report.html", "results.csv")
        .contains(
            "pareto-reference-recall-needle-flops.png",
            "pareto-reference-recall-ppl-tpot.png",
            "depth-reference-recall-needle-fasa-64.png",
            "recall-reference-recall-needle-fasa-256.png")
        .doesNotHaveDuplicates();
    for (Path file : files.subList(2, files.size())) {
      BufferedImage picture = ImageIO.read(file.toFile());
      assertThat(picture.getWidth()).isGreaterThan(400);
    }
  }

  @Test
  void whereNoScriptRunsPicturesStandIn() throws IOException {
    List<Path> files = AblationReport.write(dir, "Sample", SampleRuns.all());
    String page = Files.readString(dir.resolve("report.html"));

    for (Path picture : files.subList(2, files.size())) {
      assertThat(page).contains("<noscript><img src=\"" + picture.getFileName() + "\"");
    }
  }

  @Test
  void theSameRunsGiveTheSameBytes() throws IOException {
    List<Path> first = AblationReport.write(dir.resolve("a"), "Sample", SampleRuns.all());
    List<Path> second = AblationReport.write(dir.resolve("b"), "Sample", SampleRuns.all());

    assertThat(second).hasSameSizeAs(first);
    for (int i = 0; i < first.size(); i++) {
      assertThat(second.get(i)).hasSameBinaryContentAs(first.get(i));
    }
  }

  @Test
  void thePageLoadsNothing() throws IOException {
    String page = page(SampleRuns.all());

    assertThat(page).contains("default-src 'none'");
    assertThat(page)
        .doesNotContainPattern("(?i)<(link|iframe|script|object|embed)[^>]* (src|href)");
    assertThat(page).doesNotContainPattern("(?i)(src|href|action)=[\"']?(https?:)?//");
    assertThat(page).doesNotContainPattern("(?i)@import|url\\(\\s*[\"']?http");
    assertThat(page).doesNotContain("{{");
  }

  @Test
  void labelsCannotBecomeScriptsOrElements() throws IOException {
    String evil = "</script><script>alert(1)</script><img src=x onerror=alert(2)> {{data}} \"'&";
    String page =
        page(
            List.of(
                run("dense").scores(1, 1).cost(1000, 1000).build(),
                run(evil).task(evil).axes(Map.of(evil, evil)).scores(1, 0).cost(900, 500).build(),
                run("dense").task(evil).scores(1, 1).cost(1000, 1000).build(),
                run("fasa").failed(evil).build()));

    assertThat(page).doesNotContain("<script>alert").doesNotContain("<img src=x");
    assertThat(page).contains("&lt;script&gt;alert(1)").contains("\\u003c/script\\u003e");
    // Its own scripts alone: the data, the library, and three of the report.
    assertThat(Pattern.compile("</script").matcher(page).results()).hasSize(5);
  }

  @Test
  void withoutDenseThePageSaysThatNothingIsCompared() throws IOException {
    String page = page(List.of(run("fasa").scores(1, 0).cost(900, 500).build()));

    assertThat(page)
        .contains("There is no dense run to compare with.")
        .contains("No dense run of this task succeeded")
        .contains("No loss against dense was shown.");
  }

  @Test
  void failedRunsAreListedWithTheirCause() throws IOException {
    String page =
        page(
            List.of(
                run("dense").scores(1).build(),
                run("h2o").seed(7).failed("h2o.yaml: token_budget must be ≥ 1, got 0").build()));

    assertThat(page).contains("h2o.yaml: token_budget must be ≥ 1, got 0").contains("1 failed.");
  }

  @Test
  void aTaskThatOnlyFailedIsSaidToHave() throws IOException {
    assertThat(page(List.of(run("dense").failed("no memory").build())))
        .contains("Every run of this task failed")
        .contains("no memory");
  }

  @Test
  void runsWithoutItemsOrCostAreReportedAsFarAsTheyGo() throws IOException {
    String page = page(List.of(run("dense").build(), run("fasa").build()));

    assertThat(page)
        .contains("No run of this task has items with a score.")
        .contains("No run says what it executed.");
  }

  @Test
  void noRunsGiveAPageAndATable() throws IOException {
    assertThat(AblationReport.write(dir, "Nothing", List.of())).hasSize(2);
    assertThat(dir.resolve("report.html")).content().contains("0 models, 0 variants and 0 tasks");
  }

  @Test
  void maskedTechniquesAreLabelled() throws IOException {
    assertThat(page(SampleRuns.all())).contains("execution: masked");
  }

  private String page(List<RunRecord> runs) throws IOException {
    AblationReport.write(dir, "Sample", runs);
    return Files.readString(dir.resolve("report.html"));
  }
}
