package dev.winnow.bench.ablate;

import dev.winnow.models.hub.ModelRequest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.slf4j.LoggerFactory;

/**
 * Opens a {@link LocalExecutor} wherever it comes to, with calibrations in a temporary folder.
 *
 * @param allowDownload whether an absent model may be fetched there
 */
public record LocalExecutorFactory(boolean allowDownload) implements RunExecutorFactory {

  @Override
  public RunExecutor open(int threads, BooleanSupplier cancelled) {
    Path folder = temporaryFolder();
    LocalExecutor executor =
        new LocalExecutor(
            new LocalExecutor.Options(
                threads,
                folder,
                ModelRequest.fromEnvironment().withAllowDownload(allowDownload),
                cancelled,
                LoggerFactory.getLogger(LocalExecutorFactory.class)::info));
    return new RunExecutor() {
      @Override
      public List<RunRecord> execute(List<PlannedRun> batch) {
        return executor.execute(batch);
      }

      @Override
      public void close() {
        executor.close();
        remove(folder);
      }
    };
  }

  private static Path temporaryFolder() {
    try {
      return Files.createTempDirectory("winnow-calibrations-");
    } catch (IOException e) {
      throw new UncheckedIOException("cannot make a temporary folder for calibrations", e);
    }
  }

  private static void remove(Path folder) {
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
      Files.delete(folder);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot remove the temporary folder " + folder, e);
    }
  }
}
