package dev.winnow.bench.spark;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/**
 * A Spark installation as workers want to find it, with links to the jars in the class path; Winnow
 * itself is not in it, so that executors have to get it from the driver.
 */
final class SparkHome {
  private final Path home;
  private final List<String> others = new ArrayList<>();

  private SparkHome(Path home) {
    this.home = home;
  }

  /** Makes the one that the environment of the tests names. */
  static SparkHome install() throws IOException {
    String home = System.getenv("SPARK_HOME");
    Assumptions.assumeTrue(
        home != null && home.endsWith("spark-home"), "SPARK_HOME is not the tests' own");
    SparkHome made = new SparkHome(Path.of(home));
    made.remove();
    made.link();
    return made;
  }

  private void link() throws IOException {
    Path jars = Files.createDirectories(home.resolve("jars"));
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
      Path path = Path.of(entry).toAbsolutePath();
      Path link = jars.resolve(path.getFileName());
      if (Files.isDirectory(path) || link.getFileName().toString().startsWith("winnow-")) {
        others.add(path.toString());
      } else if (Files.exists(path) && !Files.exists(link)) {
        Files.createSymbolicLink(link, path);
      }
    }
  }

  /** The jars that are not in it, as {@code spark.jars} wants them. */
  String otherJars() {
    return String.join(",", ApplicationJars.find(String.join(File.pathSeparator, others)));
  }

  /** Removes it with what executors left in it. */
  void remove() throws IOException {
    if (Files.exists(home)) {
      try (Stream<Path> files = Files.walk(home)) {
        for (Path file : files.collect(Collectors.toList()).reversed()) {
          Files.delete(file);
        }
      }
    }
  }
}
