package dev.winnow.bench.spark;

import dev.winnow.bench.ablate.PlannedRun;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.spark.SparkEnv;

/** The files that runs name, which executors on other machines have to find too. */
final class SharedFiles {
  private static final String ALLOWED =
      "with --spark, models and files are names (reference:NAME, pypi:PACKAGE, ORG/NAME) or absolute"
          + " paths on storage that all executors see at the same place";

  private SharedFiles() {}

  /**
   * Refuses paths that mean another file on another machine; for the driver.
   *
   * @throws IllegalArgumentException naming the path
   */
  static void requireAbsolute(List<List<PlannedRun>> batches) {
    batches.stream()
        .flatMap(List::stream)
        .flatMap(SharedFiles::named)
        .filter(name -> !Path.of(name).isAbsolute() && Files.exists(Path.of(name)))
        .findFirst()
        .ifPresent(
            name -> {
              throw new IllegalArgumentException(
                  "%s is relative to this folder: %s; name the file, or the configuration that it is"
                          .formatted(name, ALLOWED)
                      + " relative to, by its absolute path");
            });
  }

  /** What {@code run} misses on this machine; for an executor. */
  static Optional<String> missing(PlannedRun run) {
    return named(run)
        .filter(name -> Path.of(name).isAbsolute() && !Files.exists(Path.of(name)))
        .findFirst()
        .map(
            name ->
                "%s is not on %s: %s"
                    .formatted(
                        name, SparkEnv.get().blockManager().blockManagerId().host(), ALLOWED));
  }

  private static Stream<String> named(PlannedRun run) {
    return Stream.concat(Stream.of(run.model().name()), run.digests().keySet().stream());
  }
}
