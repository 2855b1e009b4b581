package dev.winnow.app;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

/** Files that a command writes when its work is done. */
final class OutputFiles {
  private OutputFiles() {}

  /**
   * Complains before the work about a file that could not be written after it; what the file holds
   * stays.
   *
   * @param option that names it, such as {@code --csv}
   * @param file may be null for none
   */
  static void check(CommandLine command, String option, Path file) {
    if (file == null) {
      return;
    }
    if (Files.isDirectory(file)) {
      throw new ParameterException(
          command, "%s must be a file, got the folder %s".formatted(option, file));
    }
    Path folder = file.toAbsolutePath().getParent();
    if (!Files.isDirectory(folder)) {
      throw new ParameterException(
          command, "%s: there is no folder %s; make it first".formatted(option, folder));
    }
    boolean there = Files.exists(file);
    try {
      FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE).close();
      if (!there) {
        Files.delete(file);
      }
    } catch (AccessDeniedException e) {
      throw new ParameterException(
          command, "%s: no permission to write %s".formatted(option, file), e);
    } catch (IOException e) {
      throw new ParameterException(
          command, "%s: cannot write %s: %s".formatted(option, file, e.getMessage()), e);
    }
  }
}
