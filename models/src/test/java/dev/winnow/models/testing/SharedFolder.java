package dev.winnow.models.testing;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/**
 * Finds the folder of fixtures too large for the repository: system property or environment
 * variable {@code WINNOW_SHARED}, or {@code ../shared} or {@code ../../shared} beside the project.
 */
public final class SharedFolder {
  private SharedFolder() {}

  /** The folder, if this machine has it. */
  public static Optional<Path> find() {
    return Stream.of(
            System.getProperty("WINNOW_SHARED"),
            System.getenv("WINNOW_SHARED"),
            "../shared",
            "../../shared",
            "../../../shared")
        .filter(name -> name != null && !name.isBlank())
        .map(Path::of)
        .filter(folder -> Files.isDirectory(folder.resolve("models")))
        .findFirst();
  }

  /** A file or folder in it; without it the calling test is skipped, saying so. */
  public static Path require(String relative) {
    Optional<Path> file = find().map(folder -> folder.resolve(relative)).filter(Files::exists);
    Assumptions.assumeTrue(
        file.isPresent(), () -> "skipped: WINNOW_SHARED does not hold " + relative);
    return file.orElseThrow();
  }
}
