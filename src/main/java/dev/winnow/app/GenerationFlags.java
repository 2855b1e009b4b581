package dev.winnow.app;

import dev.winnow.engine.GenerationConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** How to generate; what is not given comes from the model's {@code generation_config.json}. */
final class GenerationFlags {
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
