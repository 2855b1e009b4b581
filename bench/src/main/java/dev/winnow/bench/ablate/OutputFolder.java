package dev.winnow.bench.ablate;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** The folder of an ablation, locked against other processes, and known to be writable. */
final class OutputFolder implements AutoCloseable {
  /** The runs. */
  static final String RUNS = "runs.jsonl";

  private static final String LOCK = ".lock";
  private static final int PROBE_BYTES = 1 << 20;

  private final Path folder;
  private final FileChannel lock;

  private OutputFolder(Path folder, FileChannel lock) {
    this.folder = folder;
    this.lock = lock;
  }

  /**
   * Opens a folder, made if it is not there.
   *
   * @throws AblationException if another process has it, or nothing can be written there
   */
  static OutputFolder open(Path folder) {
    try {
      Files.createDirectories(folder);
      FileChannel lock =
          FileChannel.open(
              folder.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      if (!locked(lock)) {
        lock.close();
        throw new AblationException(
            "%s is being written by another ablation; wait for it, or name another folder"
                .formatted(folder));
      }
      OutputFolder opened = new OutputFolder(folder, lock);
      opened.probe();
      return opened;
    } catch (FileAlreadyExistsException e) {
      throw new AblationException(folder + " is a file, not a folder; name another", e);
    } catch (AccessDeniedException e) {
      throw new AblationException(
          "%s must not be written to; change its permissions, or name another folder"
              .formatted(folder),
          e);
    } catch (IOException e) {
      throw new AblationException(
          "%s cannot be written to: %s".formatted(folder, e.getMessage()), e);
    }
  }

  private static boolean locked(FileChannel channel) throws IOException {
    try {
      FileLock lock = channel.tryLock(); // closing the channel releases it
      return lock != null;
    } catch (OverlappingFileLockException e) {
      return false; // held by another thread of this process
    }
  }

  /** Writes what a few runs take, so that a full disk is known before anything is measured. */
  private void probe() throws IOException {
    Path file = folder.resolve(".probe");
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      ByteBuffer bytes = ByteBuffer.allocate(PROBE_BYTES);
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      channel.force(true);
    } finally {
      Files.deleteIfExists(file);
    }
  }

  /** The file of runs. */
  Path runs() {
    return folder.resolve(RUNS);
  }

  @Override
  public void close() {
    try {
      lock.close();
    } catch (IOException e) {
      throw new AblationException("%s cannot be unlocked".formatted(folder), e);
    }
  }
}
