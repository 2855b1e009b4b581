package dev.winnow.bench.train;

import dev.winnow.bench.Proportion;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What a reference checkpoint can do and how it came about, in numbers.
 *
 * @param scores exact match by what was asked, in the order of the card
 */
public record ModelCard(Map<String, Proportion> scores) {

  /**
   * Scores the checkpoint in {@code folder} with the engine and writes {@code README.md} there.
   *
   * @param questions how many to ask for each score
   */
  public static ModelCard write(
      Path folder, ReferenceTraining training, ReferenceTraining.Outcome outcome, int questions)
      throws IOException {
    ReferenceTask task = training.recipe().task();
    Map<String, Proportion> scores = task.scores(folder, questions);
    StringBuilder table = new StringBuilder();
    scores.forEach(
        (what, score) ->
            table.append(
                String.format(
                    Locale.ROOT,
                    "| %s | %.3f | %.3f to %.3f | %d |%n",
                    what,
                    score.value(),
                    score.low(),
                    score.high(),
                    score.n())));
    Files.writeString(
        folder.resolve("README.md"),
        text(training, outcome, task.cardText(questions), table.toString(), curve(folder)));
    return new ModelCard(scores);
  }

  /** Every fifth line of the learning curve, and the last, as rows of a table. */
  private static String curve(Path folder) throws IOException {
    Path file = folder.resolve("training").resolve("curve.csv");
    List<String> lines = Files.exists(file) ? Files.readAllLines(file) : List.of();
    StringBuilder rows = new StringBuilder();
    for (int i = 1; i < lines.size(); i++) {
      if (i % 5 == 0 || i == lines.size() - 1) {
        rows.append("| ").append(lines.get(i).replace(",", " | ")).append(" |\n");
      }
    }
    return rows.toString();
  }

  /** The schedule as a table. */
  private static String phases(Schedule schedule) {
    StringBuilder table = new StringBuilder("| phase | steps | batch | ");
    List<Schedule.Phase> phases = schedule.phases();
    List<String> titles = List.copyOf(phases.getFirst().data().figures().sequencedKeySet());
    titles.forEach(title -> table.append(title).append(" | "));
    table.append("Muon's rate |\n").append("|---".repeat(titles.size() + 4)).append("|\n");
    for (Schedule.Phase phase : phases) {
      table.append(
          "| %s | %d | %d x %d | "
              .formatted(phase.name(), phase.steps(), phase.rows(), phase.data().tokens()));
      titles.forEach(
          title -> table.append(phase.data().figures().getOrDefault(title, "")).append(" | "));
      table.append(
          String.format(Locale.ROOT, "%.4f to %.4f |%n", phase.firstRate(), phase.lastRate()));
    }
    return table.toString();
  }

  private static String text(
      ReferenceTraining training,
      ReferenceTraining.Outcome outcome,
      CardText text,
      String scores,
      String curve) {
    ReferenceRecipe recipe = training.recipe();
    String state =
        outcome.finished()
            ? "The schedule ran to its end: %d steps".formatted(outcome.steps())
            : "The schedule was stopped after %d of %d steps"
                .formatted(outcome.steps(), outcome.plannedSteps());
    return """
    ---
    license: apache-2.0
    library_name: winnow
    tags: [%s]
    ---

    # %s

    %s

    %s

    ## Use

    %s

    ## Scores

    %s

    | asked | exact match | interval | n |
    |---|---|---|---|
    %s
    %s

    ## Training

    `winnow train-reference %s --seed %d%s`. %s, %.0f minutes of CPU time on %d
    thread%s.

    Matrices are trained by Muon (momentum 0.95, weight decay 0.01), embedding and gains by AdamW
    (betas 0.9 and 0.95, weight decay 0.01 on the embedding, a tenth of Muon's rate); the gradient norm
    is clipped at 1. %s

    %s
    %s

    Learning curve; %s:

    | step | phase | tokens | loss | exact match | CPU seconds |
    |---|---|---|---|---|---|
    %s
    ## Licence

    Apache-2.0. No data of others went into it.
    """
        .formatted(
            String.join(", ", text.tags()),
            recipe.name(),
            recipe.summary(),
            text.model(),
            text.use(),
            text.scoring(),
            scores,
            text.repeat(),
            recipe.name(),
            training.seed(),
            training.scale() == 1 ? "" : " --steps-scale " + training.scale(),
            state,
            outcome.cpuSeconds() / 60,
            training.threads(),
            training.threads() == 1 ? "" : "s",
            text.loss(),
            phases(recipe.schedule().scaled(training.scale())),
            text.data(),
            text.curve(),
            curve);
  }
}
