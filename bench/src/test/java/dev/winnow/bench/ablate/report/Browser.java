package dev.winnow.bench.ablate.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A browser without a window, named by {@code WINNOW_BROWSER} or found on the path. */
final class Browser {
  private final Path executable;
  private final Path scratch;

  private Browser(Path executable, Path scratch) {
    this.executable = executable;
    this.scratch = scratch;
  }

  /** The first there is; its profile and output go to {@code scratch}. */
  static Optional<Browser> find(Path scratch) {
    String named = System.getenv("WINNOW_BROWSER");
    Stream<Path> candidates =
        named != null
            ? Stream.of(Path.of(named))
            : Stream.of("chromium", "chromium-browser", "google-chrome", "chrome")
                .flatMap(
                    name ->
                        Stream.of(System.getenv("PATH").split(File.pathSeparator))
                            .map(folder -> Path.of(folder, name)));
    return candidates
        .filter(Files::isExecutable)
        .filter(Browser::starts)
        .findFirst()
        .map(path -> new Browser(path, scratch));
  }

  /** Some distributions ship a script of the name that only says how to install the browser. */
  private static boolean starts(Path executable) {
    try {
      Process process =
          new ProcessBuilder(executable.toString(), "--version")
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      return process.waitFor(30, TimeUnit.SECONDS) && process.exitValue() == 0;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /** The document after its scripts ran, as HTML. */
  String dom(Path page, String... flags) throws IOException, InterruptedException {
    List<String> arguments = new ArrayList<>(List.of(flags));
    arguments.add("--dump-dom");
    return run(page, arguments);
  }

  /** What the page looks like, as a PNG file. */
  Path screenshot(Path page) throws IOException, InterruptedException {
    Path picture = scratch.resolve("page.png");
    run(page, List.of("--window-size=1400,3000", "--screenshot=" + picture));
    return picture;
  }

  private String run(Path page, List<String> flags) throws IOException, InterruptedException {
    List<String> command =
        new ArrayList<>(
            List.of(
                executable.toString(),
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-quic",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--disable-dev-shm-usage",
                "--virtual-time-budget=5000",
                "--user-data-dir=" + Files.createTempDirectory(scratch, "profile")));
    command.addAll(flags);
    command.add(page.toUri().toString());
    Path out = Files.createTempFile(scratch, "browser", ".out");
    Process process =
        new ProcessBuilder(command)
            .redirectOutput(out.toFile())
            .redirectError(scratch.resolve("browser.err").toFile())
            .start();
    boolean ended = process.waitFor(2, TimeUnit.MINUTES);
    if (!ended) {
      process.destroyForcibly();
    }
    assertThat(ended).as("%s ends within two minutes", executable).isTrue();
    assertThat(process.exitValue()).as("exit status of %s", executable).isZero();
    return Files.readString(out);
  }
}
