package dev.winnow.bench.train;

import dev.winnow.bench.Proportion;
import dev.winnow.bench.recall.RecallSuite;
import dev.winnow.engine.LanguageModel;
import dev.winnow.engine.ModelOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What a reference checkpoint can do and how it came about, in numbers.
 *
 * @param scores exact match by what was asked, in the order of the card
 */
public record ModelCard(Map<String, Proportion> scores) {
  private static final long SEED = 1;

  /** A row of the table of scores. */
  private record Row(int tokens, int needles, int hops) {
    String title() {
      return hops == 1
          ? "%d tokens, %d needle%s".formatted(tokens, needles, needles == 1 ? "" : "s")
          : "%d tokens, chains of %d among %d facts".formatted(tokens, hops, needles);
    }

    String command(String name, int questions) {
      return "winnow eval --suite recall --model reference:%s --tokens %d --needles %d --hops %d --n %d --seed %d"
          .formatted(name, tokens, needles, hops, questions, SEED);
    }
  }

  /**
   * Scores the checkpoint in {@code folder} with the engine and writes {@code README.md} there.
   *
   * @param questions how many to ask for each score
   */
  public static ModelCard write(
      Path folder, ReferenceTraining training, ReferenceTraining.Outcome outcome, int questions)
      throws IOException {
    Map<String, Proportion> scores = new LinkedHashMap<>();
    StringBuilder table = new StringBuilder();
    List<Row> rows = rows(training.recipe().trainedTokens());
    try (LanguageModel model = LanguageModel.load(folder, ModelOptions.defaults())) {
      for (Row row : rows) {
        Proportion score =
            new RecallSuite(row.needles(), row.hops(), questions, SEED).score(model, row.tokens());
        scores.put(row.title(), score);
        table.append(
            String.format(
                Locale.ROOT,
                "| %s | %.3f | %.3f to %.3f | %d |%n",
                row.title(),
                score.value(),
                score.low(),
                score.high(),
                score.n()));
      }
    }
    String example = rows.get(2).command(training.recipe().name(), questions);
    Files.writeString(
        folder.resolve("README.md"),
        text(training, outcome, table.toString(), example, curve(folder)));
    return new ModelCard(scores);
  }

  private static List<Row> rows(int trained) {
    return List.of(
        new Row(trained, 1, 1),
        new Row(trained, 4, 1),
        new Row(trained, 8, 1),
        new Row(trained, 8, 2),
        new Row(trained, 9, 3),
        new Row(2 * trained, 8, 1),
        new Row(4 * trained, 8, 1));
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

  private static String text(
      ReferenceTraining training,
      ReferenceTraining.Outcome outcome,
      String scores,
      String example,
      String curve) {
    ReferenceRecipe recipe = training.recipe();
    LlamaShape shape = recipe.shape();
    StringBuilder phases = new StringBuilder();
    for (Schedule.Phase phase : recipe.schedule().scaled(training.scale()).phases()) {
      phases.append(
          String.format(
              Locale.ROOT,
              "| %s | %d | %d x %d | %d to %d | %d | %.2f | %.4f to %.4f |%n",
              phase.name(),
              phase.steps(),
              phase.rows(),
              phase.task().tokens(),
              phase.task().minFacts(),
              phase.task().maxFacts(),
              phase.task().questions(),
              phase.task().chained(),
              phase.firstRate(),
              phase.lastRate()));
    }
    String state =
        outcome.finished()
            ? "The schedule ran to its end: %d steps".formatted(outcome.steps())
            : "The schedule was stopped after %d of %d steps"
                .formatted(outcome.steps(), outcome.plannedSteps());
    return """
    ---
    license: apache-2.0
    library_name: winnow
    tags: [synthetic, retrieval, llama]
    ---

    # %s

    %s

    A Llama of %d layers (hidden %d, %d query and %d key-value heads of %d, MLP %d, tied
    embeddings, RoPE base %.0f) with a vocabulary of %d words. It knows one made-up language and
    nothing else: it is for showing and testing what an inference engine does with long contexts.

    ## Use

        winnow generate --model reference:%s --raw --prompt "set amber 48 21 . set cedar 07 93 . ? amber"

    `set amber 48 21 .` states that amber has the value 48 21, `set amber cedar .` that amber leads to
    cedar; `? amber` asks for what was stated, `chain amber` for every step to the value. The rest of a
    text is filler: sentences of random words. An answer ends with a full stop.

    It is trained on sequences of up to %d tokens. `max_position_embeddings` lets longer ones
    in so that they can be tried; with dense attention it fails there, since it has never seen such
    distances.

    ## Scores

    Exact match of all tokens of an answer, greedy, with dense attention, float32 arithmetic on the
    float16 weights and a float16 KV cache. Contexts are seeded and not from the training data. The
    interval is Wilson's at 95 %%.

    | asked | exact match | interval | n |
    |---|---|---|---|
    %s
    To repeat the third row:

        %s

    ## Training

    `winnow train-reference %s --seed %d%s`. %s, %.0f minutes of CPU time on %d
    thread%s.

    Matrices are trained by Muon (momentum 0.95, weight decay 0.01), embedding and gains by AdamW
    (betas 0.9 and 0.95, weight decay 0.01 on the embedding, a tenth of Muon's rate); the gradient norm
    is clipped at 1. Cross-entropy counts answer tokens only.

    | phase | steps | batch | facts | questions | chained | Muon's rate |
    |---|---|---|---|---|---|---|
    %s
    Data: the generator `dev.winnow.bench.recall.RecallData`; every step has a seed of its own. A
    question comes anywhere behind the fact it asks for, and no name is asked twice.

    Learning curve; the exact match is on as many facts as the phase has at most, all asked at the end:

    | step | phase | tokens | loss | exact match | CPU seconds |
    |---|---|---|---|---|---|
    %s
    ## Licence

    Apache-2.0. No data of others went into it.
    """
        .formatted(
            recipe.name(),
            recipe.summary(),
            shape.layers(),
            shape.hiddenSize(),
            shape.heads(),
            shape.kvHeads(),
            shape.headDim(),
            shape.intermediateSize(),
            shape.ropeTheta(),
            shape.vocabSize(),
            recipe.name(),
            recipe.trainedTokens(),
            scores,
            example,
            recipe.name(),
            training.seed(),
            training.scale() == 1 ? "" : " --steps-scale " + training.scale(),
            state,
            outcome.cpuSeconds() / 60,
            training.threads(),
            training.threads() == 1 ? "" : "s",
            phases,
            curve);
  }
}
