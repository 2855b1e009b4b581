package dev.winnow.app;

import dev.winnow.bench.diagnose.AttentionDiagnosis;
import dev.winnow.bench.diagnose.DiagnosisFile;
import dev.winnow.bench.diagnose.DiagnosisSummary;
import dev.winnow.bench.diagnose.RecallMap;
import dev.winnow.engine.LanguageModel;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.function.Function;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Shadow mode: dense attention beside what techniques read. */
final class DiagnoseFlags {
  @Spec(Spec.Target.MIXEE)
  private CommandSpec command;

  @Option(
      names = "--diagnose",
      paramLabel = "FILE",
      description =
          "Compute dense attention beside the techniques' in some steps, and write what they lost"
              + " as JSON lines to FILE and the recall of each layer and head as a picture beside"
              + " it, with .png for its ending. Needs --config (default: none).")
  private Path file;

  @Option(
      names = "--diagnose-every",
      paramLabel = "N",
      description =
          "With --diagnose: look at one generated token in N, which bounds what it costs (default:"
              + " 8).")
  private Integer every;

  @Option(
      names = "--diagnose-prompt",
      description = "With --diagnose: look at the chunks of the prompt too.")
  private boolean prompt;

  /**
   * Refuses wrong usage before anything is loaded.
   *
   * @param techniques whether there is anything to diagnose
   */
  void check(boolean techniques) {
    if (file == null && (every != null || prompt)) {
      throw new ParameterException(
          command.commandLine(),
          (every != null ? "--diagnose-every" : "--diagnose-prompt") + " needs --diagnose");
    }
    if (every != null && every < 1) {
      throw new ParameterException(
          command.commandLine(), "--diagnose-every must be >= 1, got " + every);
    }
    if (file != null && !techniques) {
      throw new ParameterException(
          command.commandLine(), "--diagnose needs --config: dense attention loses nothing");
    }
  }

  /** Runs {@code work} on {@code model}, watched if asked for, and tells what was seen. */
  <T> T watch(Terminal terminal, LanguageModel model, Function<LanguageModel, T> work) {
    if (file == null) {
      return work.apply(model);
    }
    DiagnosisSummary summary =
        new DiagnosisSummary(model.config().layers(), model.config().heads());
    try (DiagnosisFile lines = new DiagnosisFile(file)) {
      AttentionDiagnosis diagnosis =
          new AttentionDiagnosis(
              every == null ? 8 : every,
              prompt,
              layer -> {
                lines.write(layer);
                summary.add(layer);
              });
      T result;
      try (LanguageModel observed = model.observedBy(diagnosis)) {
        result = work.apply(observed);
      }
      tell(terminal, diagnosis, summary);
      return result;
    } catch (IOException e) {
      throw new CommandException("cannot write %s: %s".formatted(file, e.getMessage()));
    }
  }

  private void tell(Terminal terminal, AttentionDiagnosis diagnosis, DiagnosisSummary summary)
      throws IOException {
    if (Double.isNaN(summary.meanRecall())) {
      terminal.note(
          "diagnosis: %d steps watched, all of them dense; nothing was lost",
          diagnosis.watchedSteps());
      return;
    }
    Path picture = picture();
    RecallMap.write(summary.recall(), "attention probability kept, %", picture);
    terminal.note(
        "diagnosis: %d steps watched in %s ms: recall %s, overlap with the best rows %s, relative"
            + " error of outputs %s; %s, %s",
        diagnosis.watchedSteps(),
        String.format(Locale.ROOT, "%.0f", diagnosis.shadowMs()),
        three(summary.meanRecall()),
        three(summary.meanOverlap()),
        three(summary.meanRelativeError()),
        file,
        picture);
  }

  private Path picture() {
    String name = file.getFileName().toString();
    int dot = name.lastIndexOf('.');
    return file.resolveSibling((dot > 0 ? name.substring(0, dot) : name) + ".png");
  }

  private static String three(double value) {
    return String.format(Locale.ROOT, "%.3f", value);
  }
}
