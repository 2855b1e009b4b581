package dev.winnow.app;

import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** A text of the user's. */
final class TextFile {
  @Option(
      names = "--text",
      paramLabel = "FILE",
      description =
          "A UTF-8 file; - is standard input. ppl, fidelity: the text to predict, required. needle"
              + " (sentence), ruler (niah in prose): the sentences to hide in, repeated where they"
              + " end (default: generated ones).")
  private Path text;

  /** As it was given, for messages; null if it was not. */
  Path path() {
    return text;
  }

  /** Complains if there is none. */
  void require(EvalSuite.Setting setting, String suite) {
    if (text == null) {
      throw new ParameterException(setting.command(), "suite %s needs --text".formatted(suite));
    }
  }

  /** What is in it, if it was given. */
  Optional<String> content(EvalSuite.Setting setting) {
    return Optional.ofNullable(text)
        .map(file -> InputFiles.of(setting.terminal(), setting.command(), "--text").text(file));
  }
}
