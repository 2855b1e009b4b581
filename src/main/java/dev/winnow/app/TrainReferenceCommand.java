package dev.winnow.app;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.winnow.bench.train.ModelCard;
import dev.winnow.bench.train.ReferenceRecipe;
import dev.winnow.bench.train.ReferenceTraining;
import dev.winnow.bench.train.TrainingProgress;
import dev.winnow.engine.CancellationToken;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code winnow train-reference}. */
@Command(
    name = "train-reference",
    description = {
      "Trains one of the small models that come with Winnow from a seed, scores it and writes it as"
          + " a Hugging Face folder with a model card.",
      "After Ctrl-C or a kill the same command goes on where it was, with the same numbers."
    },
    footer = {
      "  winnow train-reference recall",
      "  winnow train-reference diffuse",
      "  winnow train-reference glimpse",
      "  winnow train-reference recall --out try --steps-scale 0.02"
    })
final class TrainReferenceCommand implements Callable<Integer> {
  /** For each score of the model card. */
  private static final int QUESTIONS = 400;

  private final Terminal terminal;

  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "NAME", description = "Which model: recall, diffuse or glimpse.")
  private String name;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "Folder of the checkpoint (default: reference-NAME).")
  private Path out;

  @Option(
      names = "--seed",
      paramLabel = "N",
      description = "Where the random numbers start (default: 1).")
  private long seed = 1;

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "CPU threads (default: 1, which is fastest for models this small).")
  private int threads = 1;

  @Option(
      names = "--steps-scale",
      paramLabel = "X",
      description = "Part of the recipe's steps to do, greater than 0 (default: 1).")
  private double stepsScale = 1;

  @Mixin private CommonOptions common;

  TrainReferenceCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws IOException {
    ReferenceRecipe recipe;
    ReferenceTraining training;
    try {
      recipe = ReferenceRecipe.named(name);
      training = new ReferenceTraining(recipe, seed, threads, stepsScale);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage(), e);
    }
    Path folder = out == null ? Path.of("reference-" + name) : out;
    CancellationToken cancellation = new CancellationToken();
    ReferenceTraining.Outcome outcome;
    try (Interrupts interrupts = Interrupts.handledBy(cancellation::cancel)) {
      outcome = training.run(folder, cancellation::isCancelled, this::show);
    }
    if (!outcome.finished()) {
      terminal.note(
          "stopped after %,d of %,d steps; the same command goes on from there",
          outcome.steps(), outcome.plannedSteps());
    }
    terminal.note("scoring the checkpoint...");
    ModelCard card = ModelCard.write(folder, training, outcome, QUESTIONS);
    if (common.json()) {
      ObjectNode json =
          JsonNodeFactory.instance
              .objectNode()
              .put("name", name)
              .put("folder", folder.toString())
              .put("steps", outcome.steps())
              .put("planned_steps", outcome.plannedSteps())
              .put("cpu_seconds", outcome.cpuSeconds());
      card.scores()
          .forEach(
              (what, score) ->
                  json.withObject("/scores")
                      .putObject(what)
                      .put("exact_match", score.value())
                      .put("n", score.n()));
      common.print(terminal, json);
    } else {
      card.scores()
          .forEach((what, score) -> terminal.out().println(what + ": " + Scores.describe(score)));
      terminal.out().println(folder);
    }
    return outcome.finished() ? 0 : GenerateCommand.INTERRUPTED;
  }

  private void show(TrainingProgress progress) {
    terminal.note(
        "step %,d of %,d (%s, %d tokens): loss %.3f, exact match %.3f, %.1f CPU minutes",
        progress.step(),
        progress.steps(),
        progress.phase(),
        progress.tokens(),
        progress.loss(),
        progress.exactMatch(),
        progress.cpuSeconds() / 60);
  }
}
