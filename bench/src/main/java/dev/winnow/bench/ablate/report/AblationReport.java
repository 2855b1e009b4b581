package dev.winnow.bench.ablate.report;

import dev.winnow.bench.ablate.RunRecord;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The report of an ablation: a page, a table and pictures. */
public final class AblationReport {
  private AblationReport() {}

  /**
   * Writes {@code report.html}, which opens offline; {@code results.csv}, a line for each model,
   * task and variant; and {@code pareto-*.png}, {@code depth-*.png} and {@code recall-*.png}. The
   * same runs give the same files. Runs that failed are listed; what runs lack is left out and
   * said.
   *
   * @param dir that is made if it is missing; files of these names are replaced
   * @param title of the page
   * @param runs in any order; of those with the same id the last that succeeded counts
   * @return the files, the page first
   * @throws IOException if a file cannot be written
   */
  public static List<Path> write(Path dir, String title, List<RunRecord> runs) throws IOException {
    Files.createDirectories(dir);
    Results results = Results.of(runs);
    Pictures pictures = new Pictures(results);
    List<Path> files = new ArrayList<>();
    files.add(Files.writeString(dir.resolve("report.html"), Page.html(title, results, pictures)));
    files.add(Files.writeString(dir.resolve("results.csv"), ResultsCsv.of(results)));
    files.addAll(pictures.write(dir));
    return List.copyOf(files);
  }
}
