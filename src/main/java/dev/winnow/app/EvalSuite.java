package dev.winnow.app;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.winnow.engine.LanguageModel;
import dev.winnow.engine.ModelOptions;
import dev.winnow.kernels.DType;
import dev.winnow.models.WeightFormat;
import java.util.List;
import java.util.Set;
import picocli.CommandLine;

/**
 * Something {@code winnow eval} measures. Its own options are fields of the implementation, which
 * is a mixin of the command under the suite's name.
 */
interface EvalSuite {

  /**
   * Checks the options, loads the model and measures.
   *
   * @throws CommandLine.ParameterException for wrong usage, before anything is loaded
   */
  Report run(Setting setting);

  /** The shared options it takes. */
  Set<SharedFlags.Kind> takes();

  /**
   * What came out.
   *
   * @param figures for {@code --json}
   * @param lines for people
   */
  record Report(ObjectNode figures, List<String> lines) {
    /** Copies the list. */
    public Report {
      lines = List.copyOf(lines);
    }
  }

  /**
   * What all suites share.
   *
   * @param terminal for notes
   * @param command for complaints
   * @param model which model
   * @param tokens {@code --tokens}; may be empty
   * @param shared options that some suites share
   * @param options how the model is loaded and run, not checked yet
   */
  record Setting(
      Terminal terminal,
      CommandLine command,
      ModelFlags model,
      List<Integer> tokens,
      SharedFlags shared,
      ModelOptions.Builder options) {

    /** Copies the list. */
    public Setting {
      tokens = List.copyOf(tokens);
    }

    /** Complains if {@code --tokens} was not given. */
    void requireTokens() {
      if (tokens.isEmpty()) {
        throw new CommandLine.ParameterException(command, "this suite needs --tokens");
      }
    }

    /** Options of the model, checked; {@code chunk} tokens go through it at once. */
    ModelOptions options(int chunk) {
      return Ranges.check(command, () -> options.prefillChunk(chunk).build());
    }

    LanguageModel load(int chunk) {
      return load(options(chunk));
    }

    /** The same model held otherwise, without techniques. */
    LanguageModel load(int chunk, WeightFormat weights, DType kv) {
      ModelOptions as = options(chunk);
      return load(
          new ModelOptions(
              weights,
              as.device(),
              as.threads(),
              as.engine().withKv(kv).withTechniques(List.of())));
    }

    private LanguageModel load(ModelOptions checked) {
      return LanguageModel.load(model.model(), checked, model.request(terminal));
    }
  }
}
