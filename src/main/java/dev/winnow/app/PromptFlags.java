package dev.winnow.app;

import dev.winnow.engine.Prompt;
import dev.winnow.models.text.ChatMessage;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** What to continue. */
final class PromptFlags {
  @Spec(Spec.Target.MIXEE)
  private CommandSpec command;

  @ArgGroup(multiplicity = "1")
  private Source source;

  @Option(
      names = "--raw",
      description =
          "Continue the text as it is; otherwise it is a message to the model, in the model's own"
              + " chat format if it has one.")
  private boolean raw;

  @Option(
      names = "--system",
      paramLabel = "TEXT",
      description = "Instructions that precede the message (default: as the chat format says).")
  private String system;

  /** Where the prompt is. */
  static final class Source {
    @Option(names = "--prompt", paramLabel = "TEXT", description = "The prompt.")
    private String text;

    @Option(
        names = "--prompt-file",
        paramLabel = "FILE",
        description = "The prompt is the whole of this UTF-8 file; - is standard input.")
    private Path file;

    @Option(
        names = "--prompt-ids",
        paramLabel = "FILE",
        description = "The prompt is a JSON list of token ids, continued as it is.")
    private Path ids;
  }

  /** A prompt, and how it may be put to a model. */
  record Request(Prompt prompt, boolean raw, String system) {
    /** The same as a message, if the model has a chat format and nobody said otherwise. */
    Prompt forModel(boolean hasTokenizer, boolean hasTemplate, Terminal terminal) {
      if (!(prompt instanceof Prompt.Text text)) {
        return prompt;
      }
      if (!hasTokenizer) {
        throw new CommandException(
            "this model has no tokenizer; give the prompt as token ids with --prompt-ids FILE");
      }
      if (raw) {
        return prompt;
      }
      if (!hasTemplate) {
        if (system != null) {
          throw new CommandException(
              "this model has no chat template, so it takes no --system; put it into the prompt");
        }
        terminal.note("note: the model has no chat template; the prompt is continued as it is");
        return prompt;
      }
      List<ChatMessage> messages = new ArrayList<>();
      if (system != null) {
        messages.add(ChatMessage.system(system));
      }
      messages.add(ChatMessage.user(text.text()));
      return Prompt.of(messages);
    }
  }

  /** Reads it. */
  Request read(Terminal terminal) {
    CommandLine cli = command.commandLine();
    if (system != null && (raw || source.ids != null)) {
      throw new ParameterException(
          cli, "--system needs the chat format, which --raw and --prompt-ids leave out");
    }
    if (source.ids != null) {
      int[] ids = InputFiles.of(terminal, cli, "--prompt-ids").ids(source.ids);
      return new Request(Prompt.of(ids), true, null);
    }
    String text =
        source.text != null
            ? source.text
            : InputFiles.of(terminal, cli, "--prompt-file").text(source.file);
    if (text.isEmpty()) {
      throw new ParameterException(
          cli,
          source.text != null
              ? "--prompt is empty; give at least one character"
              : "--prompt-file: " + source.file + " is empty");
    }
    return new Request(Prompt.of(text), raw, system);
  }
}
