package dev.winnow.app;

import dev.winnow.bench.jsonl.AnswerFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.function.Function;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** How suites ask in text, and where answers go. */
final class AnswerFlags {
  @Option(
      names = "--raw",
      description =
          "jsonl, passkey, needle, threads, ruler: continue prompts as they are; otherwise they are"
              + " messages to the model, if it has a chat format.")
  private boolean raw;

  @Option(
      names = "--out",
      paramLabel = "FILE",
      description =
          "jsonl, passkey, needle, threads, ruler: write id, answer and score of every question as"
              + " JSON lines to FILE (default: no file).")
  private Path out;

  boolean raw() {
    return raw;
  }

  /** Complains about an {@code --out} that cannot be, or is {@code input} of {@code option}. */
  void check(CommandLine command, String option, Path input) {
    if (out == null) {
      return;
    }
    if (input != null
        && out.toAbsolutePath().normalize().equals(input.toAbsolutePath().normalize())) {
      throw new ParameterException(
          command, "--out would overwrite %s %s; name another file".formatted(option, input));
    }
    OutputFiles.check(command, "--out", out);
  }

  /** Does {@code asking} with the file, which is empty then, or with none. */
  <T> T keeping(Function<AnswerFile, T> asking) {
    try (AnswerFile file = out == null ? AnswerFile.none() : new AnswerFile(out)) {
      return asking.apply(file);
    } catch (IOException e) {
      throw new CommandException("cannot write --out %s: %s".formatted(out, e.getMessage()));
    } catch (UncheckedIOException e) {
      throw new CommandException(
          "cannot write --out %s: %s".formatted(out, e.getCause().getMessage()));
    }
  }
}
