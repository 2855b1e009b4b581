package dev.winnow.app;

import dev.winnow.engine.LanguageModel;
import dev.winnow.engine.ModelOptions;
import dev.winnow.engine.config.RunConfig;
import dev.winnow.kernels.DType;
import dev.winnow.models.Device;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** How a model is loaded and run. */
final class EngineFlags {
  @Spec(Spec.Target.MIXEE)
  private CommandSpec command;

  @Mixin private TechniqueFlags techniques;
  @Mixin private PrecisionFlags precision = new PrecisionFlags(DType.F16);

  @Option(
      names = "--device",
      paramLabel = "auto|cpu|cuda",
      description = "Where to run; auto says on stderr what it chose (default: auto).")
  private Device device = Device.AUTO;

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

  /** The techniques it runs with. */
  RunConfig config() {
    return techniques.config();
  }

  /** The options, checked. */
  ModelOptions options() {
    // Complains in its own way, which is not about a range.
    RunConfig config = config();
    return Ranges.check(
        command.commandLine(),
        () ->
            precision
                .options()
                .device(device)
                .prefillChunk(prefillChunk)
                .maxContext(maxContext)
                .techniques(config.techniques())
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
