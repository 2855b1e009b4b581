package dev.winnow.app;

import dev.winnow.engine.LanguageModel;
import dev.winnow.engine.ModelOptions;
import dev.winnow.kernels.DType;
import dev.winnow.models.Device;
import dev.winnow.models.WeightFormat;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** How a model is loaded and run. */
final class EngineFlags {
  @Spec(Spec.Target.MIXEE)
  private CommandSpec command;

  @Option(
      names = "--weights",
      paramLabel = "f32|f16|int8",
      description =
          "How matrices are held: f32 is exact, f16 takes half the memory and is practically exact,"
              + " int8 takes a quarter and is the fastest, for about 0.5%% of perplexity"
              + " (default: f32).")
  private WeightFormat weights = WeightFormat.F32;

  @Option(
      names = "--kv",
      paramLabel = "f32|f16|bf16",
      description = "How keys and values are stored (default: f16).")
  private DType kv = DType.F16;

  @Option(
      names = "--device",
      paramLabel = "auto|cpu|cuda",
      description = "Where to run; auto says on stderr what it chose (default: auto).")
  private Device device = Device.AUTO;

  @Option(names = "--threads", paramLabel = "N", description = "CPU threads (default: all cores).")
  private int threads = Runtime.getRuntime().availableProcessors();

  @Option(
      names = "--prefill-chunk",
      paramLabel = "N",
      description = "Prompt tokens that go through the model at once (default: 512).")
  private int prefillChunk = 512;

  @Option(
      names = "--max-context",
      paramLabel = "N",
      description = "Most tokens of a sequence (default: 0, the model's own limit).")
  private int maxContext;

  /** The options, checked. */
  ModelOptions options() {
    return Ranges.check(
        command.commandLine(),
        () ->
            ModelOptions.builder()
                .weights(weights)
                .kv(kv)
                .device(device)
                .threads(threads)
                .prefillChunk(prefillChunk)
                .maxContext(maxContext)
                .build());
  }

  /** Loads the model; says which device {@code auto} means. */
  LanguageModel load(Terminal terminal, ModelFlags model) {
    ModelOptions options = options();
    LanguageModel loaded = LanguageModel.load(model.model(), options, model.request(terminal));
    if (device == Device.AUTO) {
      terminal.note("device: %s; %s", loaded.kernels().describe(), SystemReport.WHY_CPU);
    }
    return loaded;
  }
}
