package dev.winnow.app;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.winnow.engine.LanguageModel;
import dev.winnow.engine.ModelOptions;
import dev.winnow.kernels.DType;
import dev.winnow.models.WeightFormat;
import java.util.List;
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
   * @param tokens {@code --tokens}, at least one number
   * @param weights how matrices are held
   * @param kv how keys and values are stored
   * @param threads CPU threads
   */
  record Setting(
      Terminal terminal,
      CommandLine command,
      ModelFlags model,
      List<Integer> tokens,
      WeightFormat weights,
      DType kv,
      int threads) {

    /** Copies the list. */
    public Setting {
      tokens = List.copyOf(tokens);
    }

    /** The same with matrices and cache held otherwise. */
    Setting with(WeightFormat format, DType cache) {
      return new Setting(terminal, command, model, tokens, format, cache, threads);
    }

    /** Options of the model, checked; {@code chunk} tokens go through it at once. */
    ModelOptions options(int chunk) {
      return Ranges.check(
          command,
          () ->
              ModelOptions.builder()
                  .weights(weights)
                  .kv(kv)
                  .threads(threads)
                  .prefillChunk(chunk)
                  .build());
    }

    LanguageModel load(int chunk) {
      return LanguageModel.load(model.model(), options(chunk), model.request(terminal));
    }
  }
}
