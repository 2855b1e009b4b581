package dev.winnow.models.text;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/** Large files that are not part of the repository; a test that needs one is skipped without it. */
final class SharedFiles {
  private SharedFiles() {}

  static Path require(String name) {
    return Stream.of(
            System.getProperty("WINNOW_SHARED"),
            System.getenv("WINNOW_SHARED"),
            "../shared",
            "../../shared",
            "../../../shared")
        .filter(folder -> folder != null)
        .map(folder -> Path.of(folder).resolve(name))
        .filter(Files::isRegularFile)
        .findFirst()
        .orElseGet(
            () -> {
              Assumptions.abort("the shared folder with " + name + " was not found");
              return null;
            });
  }
}
