package dev.winnow.bench.ablate.report;

import static dev.winnow.bench.ablate.report.RunBuilder.run;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** The page in a real browser; skipped where there is none. */
class ReportInBrowserTest {
  // A browser's children may still write to its profile when it has ended.
  @TempDir(cleanup = CleanupMode.NEVER)
  private static Path dir;

  private Browser browser;

  @BeforeEach
  void findBrowser() {
    assumeTrue(
        Browser.find(dir).isPresent(),
        "no chromium, google-chrome or chrome on the path and none named by WINNOW_BROWSER");
    browser = Browser.find(dir).orElseThrow();
  }

  @Test
  void allChartsAreDrawnAndNothingGoesWrong() throws IOException, InterruptedException {
    AblationReport.write(dir, "Sample", SampleRuns.all());
    String page = Files.readString(dir.resolve("report.html"));
    String dom = browser.dom(dir.resolve("report.html"));

    assertThat(errors(dom)).isEmpty();
    int charts = count(page, "class=\"chart\"");
    // Needles: 3 Pareto, 1 parameter, 2 places, 8 maps, 1 recall; text: 3 Pareto, 1, 1.
    assertThat(charts).isEqualTo(20);
    assertThat(count(dom, "<svg [^>]*(baseProfile|width=\"\\d+\")")).isEqualTo(charts);
    assertThat(count(dom, "<path ")).isGreaterThan(50 * charts / 2);
    assertThat(count(dom, "<tr ")).isGreaterThan(30);
    assertThat(dom).contains("token_select 256</text>", "TPOT / dense</text>", "depth</text>");
  }

  @Test
  void thePageIsSeen() throws IOException, InterruptedException {
    AblationReport.write(dir, "Sample", SampleRuns.all());
    BufferedImage picture = ImageIO.read(browser.screenshot(dir.resolve("report.html")).toFile());

    assertThat(picture.getWidth()).isEqualTo(1400);
    long colours =
        IntStream.range(0, picture.getHeight())
            .flatMap(y -> IntStream.range(0, picture.getWidth()).map(x -> picture.getRGB(x, y)))
            .distinct()
            .count();
    assertThat(colours).isGreaterThan(100);
  }

  @Test
  void labelsThatAreMarkupStayText() throws IOException, InterruptedException {
    String evil = "</script><img src=x onerror=\"document.title='run'\">";
    AblationReport.write(
        dir,
        "Evil",
        List.of(
            run("dense").scores(1, 1, 1).cost(1000, 1000).build(),
            run(evil + 1).axes(Map.of(evil, 1)).scores(1, 0, 1).cost(900, 500).build(),
            run(evil + 2).axes(Map.of(evil, 2)).scores(1, 1, 1).cost(950, 700).build()));
    String dom = browser.dom(dir.resolve("report.html"));

    assertThat(errors(dom)).isEmpty();
    assertThat(dom).contains("<title>Evil</title>").doesNotContain("<img src=\"x\"");
    assertThat(count(dom, "<svg [^>]*(baseProfile|width=\"\\d+\")")).isEqualTo(3);
  }

  @Test
  void aPageWithoutChartsHasNoErrors() throws IOException, InterruptedException {
    AblationReport.write(dir, "Nothing", List.of(run("dense").failed("no memory").build()));

    assertThat(errors(browser.dom(dir.resolve("report.html")))).isEmpty();
  }

  private static String errors(String dom) {
    var found = Pattern.compile("<pre id=\"errors\"[^>]*>(.*?)</pre>", Pattern.DOTALL).matcher(dom);
    assertThat(found.find()).isTrue();
    return found.group(1);
  }

  private static int count(String text, String pattern) {
    return (int) Pattern.compile(pattern).matcher(text).results().count();
  }
}
