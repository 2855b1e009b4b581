package dev.winnow.bench.spark;

import dev.winnow.bench.ablate.PlannedRun;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** Whether the files of a run lie where its executor finds them. */
final class SharedFiles {
  private SharedFiles() {}

  /** What is wrong with the files of {@code run} on this machine; null if nothing is. */
  static String missing(PlannedRun run) {
    String model = run.model().name();
    return Stream.concat(
            isPath(model) ? Stream.of(model) : Stream.empty(), run.digests().keySet().stream())
        .filter(name -> !Path.of(name).isAbsolute() || !Files.exists(Path.of(name)))
        .findFirst()
        .map(SharedFiles::explain)
        .orElse(null);
  }

  /** Whether a model is a path, not reference:NAME, pypi:PACKAGE or ORG/NAME. */
  private static boolean isPath(String model) {
    if (model.matches("[a-z]{2,}:.*")) {
      return false;
    }
    return model.startsWith("/")
        || model.startsWith(".")
        || Path.of(model).isAbsolute()
        || Path.of(model).getNameCount() != 2;
  }

  private static String explain(String name) {
    return ("%s is not on executor %s: with --spark, models and files are names"
            + " (reference:NAME, pypi:PACKAGE, ORG/NAME) or absolute paths on storage that every"
            + " executor sees, got %s")
        .formatted(name, host(), Path.of(name).isAbsolute() ? "one of this machine" : "a relative path");
  }

  private static String host() {
    return InetAddress.getLoopbackAddress().getHostName();
  }
}
