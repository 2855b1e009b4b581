package dev.winnow.app;

import dev.winnow.engine.GenerationConfig;
import dev.winnow.engine.LanguageModel;
import dev.winnow.engine.diffusion.DiffusionConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** How to generate; what is not given comes from the model's {@code generation_config.json}. */
final class GenerationFlags {
  /** The options here that masked diffusion models take too. */
  private static final List<String> DIFFUSION =
      List.of("--max-new-tokens", "--greedy", "--temperature", "--seed");

  @Spec private CommandSpec own;

  @Spec(Spec.Target.MIXEE)
  private CommandSpec command;

  @Option(
      names = "--max-new-tokens",
      paramLabel = "N",
      description = "Most tokens to generate (default: the model's, else 256).")
  private Integer maxNewTokens;

  @Option(
      names = "--greedy",
      description = "Always take the most likely token (default: as the model's do_sample says).")
  private boolean greedy;

  @Option(names = "--do-sample", description = "Draw tokens at random.")
  private boolean doSample;

  @Option(
      names = "--temperature",
      paramLabel = "X",
      description =
          "Divides the logits; 0 means --greedy (default: the model's, else 1). This and the next"
              + " three imply --do-sample unless --greedy is given.")
  private Double temperature;

  @Option(
      names = "--top-k",
      paramLabel = "N",
      description = "Keep the N most likely tokens; 0 keeps all (default: the model's, else 50).")
  private Integer topK;

  @Option(
      names = "--top-p",
      paramLabel = "P",
      description =
          "Keep the smallest set of tokens with this probability (default: the model's, else 1).")
  private Double topP;

  @Option(
      names = "--min-p",
      paramLabel = "P",
      description =
          "Keep tokens at least P times as likely as the likeliest (default: the model's, else 0).")
  private Double minP;

  @Option(
      names = "--repetition-penalty",
      paramLabel = "X",
      description =
          "Above 1 makes tokens of the sequence less likely, sampling or not (default: the model's,"
              + " else 1).")
  private Double repetitionPenalty;

  @Option(
      names = "--seed",
      paramLabel = "N",
      description = "Where the random numbers start: same seed, same text (default: random).")
  private Long seed;

  @Option(
      names = "--stop",
      paramLabel = "TEXT",
      description = "End before this text; may be given several times.")
  private List<String> stop = new ArrayList<>();

  boolean hasStopStrings() {
    return !stop.isEmpty();
  }

  /** Refuses what no model could use, before one is loaded. */
  void check() {
    config(GenerationConfig.defaults(), -1);
  }

  /** {@code defaults} with what was given; a run that samples always has a seed. */
  GenerationConfig config(GenerationConfig defaults, int topLogProbs) {
    CommandLine cli = command.commandLine();
    if (greedy && doSample) {
      throw new ParameterException(cli, "--greedy and --do-sample exclude each other");
    }
    return Ranges.check(cli, () -> build(defaults, topLogProbs));
  }

  /**
   * How a masked diffusion model generates.
   *
   * @param more options that only such models have
   */
  DiffusionConfig diffusion(LanguageModel model, DiffusionFlags more) {
    for (OptionSpec option : own.options()) {
      if (!DIFFUSION.contains(option.longestName())
          && command.commandLine().getParseResult().hasMatchedOption(option.longestName())) {
        throw new CommandException(
            "%s is for models that go on token by token; a masked diffusion model takes %s, --steps, --block-length and --remasking"
                .formatted(option.longestName(), String.join(", ", DIFFUSION)));
      }
    }
    DiffusionConfig.Builder builder =
        DiffusionConfig.builder().genLength(model.defaults().maxNewTokens());
    if (maxNewTokens != null) {
      builder.genLength(maxNewTokens);
    }
    if (temperature != null && !greedy) {
      builder.temperature(temperature);
    }
    more.apply(builder);
    builder.seed(seed != null ? seed : ThreadLocalRandom.current().nextLong(1L << 32));
    return Ranges.check(command.commandLine(), builder::build);
  }

  private GenerationConfig build(GenerationConfig defaults, int topLogProbs) {
    GenerationConfig.Builder builder = defaults.toBuilder();
    if (maxNewTokens != null) {
      builder.maxNewTokens(maxNewTokens);
    }
    boolean zero = temperature != null && temperature == 0 && !doSample;
    if (temperature != null && !zero) {
      builder.temperature(temperature);
    }
    if (topK != null) {
      builder.topK(topK);
    }
    if (topP != null) {
      builder.topP(topP);
    }
    if (minP != null) {
      builder.minP(minP);
    }
    if (repetitionPenalty != null) {
      builder.repetitionPenalty(repetitionPenalty);
    }
    boolean implied = temperature != null || topK != null || topP != null || minP != null;
    boolean sample = !greedy && !zero && (doSample || implied || defaults.sampling().doSample());
    builder.doSample(sample);
    if (hasStopStrings()) {
      List<String> all = new ArrayList<>(defaults.stopStrings());
      all.addAll(stop);
      builder.stopStrings(all.toArray(String[]::new));
    }
    if (seed != null) {
      builder.seed(seed);
    } else if (sample && defaults.seed().isEmpty()) {
      builder.seed(ThreadLocalRandom.current().nextLong(1L << 32));
    }
    builder.topLogProbs(topLogProbs);
    return builder.build();
  }
}
