package dev.winnow.bench.train;

import dev.winnow.bench.recall.RecallTask;
import dev.winnow.bench.recall.RecallVocabulary;
import dev.winnow.bench.train.Schedule.Phase;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * How a reference checkpoint is made.
 *
 * @param name as in {@code reference:NAME}
 * @param summary what it is for, in one sentence
 * @param shape the model
 * @param trainedTokens longest sequence it is trained on
 * @param schedule the steps
 */
public record ReferenceRecipe(
    String name, String summary, LlamaShape shape, int trainedTokens, Schedule schedule) {

  /** Longest sequence of the recall model that can be tried: far beyond what it can do. */
  private static final int RECALL_POSITIONS = 16384;

  /** Every recipe; a new one is one line here. */
  private static final List<ReferenceRecipe> ALL = List.of(recall());

  /** Recipes by name, in alphabetical order. */
  public static Map<String, ReferenceRecipe> all() {
    Map<String, ReferenceRecipe> recipes = new TreeMap<>();
    ALL.forEach(recipe -> recipes.put(recipe.name(), recipe));
    return recipes;
  }

  /**
   * The recipe called {@code name}.
   *
   * @throws IllegalArgumentException if there is none, listing those there are
   */
  public static ReferenceRecipe named(String name) {
    ReferenceRecipe recipe = all().get(name);
    if (recipe == null) {
      throw new IllegalArgumentException(
          "there is no recipe '%s'; recipes: %s"
              .formatted(name, String.join(", ", all().keySet())));
    }
    return recipe;
  }

  /** Short sequences first: induction has to be found before it can be made to reach far. */
  private static ReferenceRecipe recall() {
    LlamaShape shape =
        new LlamaShape(
            RecallVocabulary.words().size(), 128, 3, 4, 2, 64, 256, 10_000, 1e-5, RECALL_POSITIONS);
    return new ReferenceRecipe(
        "recall",
        "Finds facts in long filler, several of them, and chains of two or three.",
        shape,
        512,
        new Schedule(
            List.of(
                new Phase("find", 400, 32, mixed(64, 6, 6, 6, 0), 50, 0.020, 0.020),
                new Phase("settle", 150, 32, mixed(64, 3, 6, 6, 0.3), 0, 0.018, 0.012),
                new Phase("128", 250, 32, mixed(128, 1, 12, 12, 0.5), 0, 0.015, 0.013),
                new Phase("256", 250, 16, mixed(256, 1, 16, 18, 0.5), 0, 0.013, 0.011),
                new Phase("512", 1300, 8, mixed(512, 1, 20, 24, 0.5), 0, 0.012, 0.0004))));
  }

  private static RecallTask mixed(
      int tokens, int minFacts, int maxFacts, int questions, double chained) {
    return new RecallTask(tokens, minFacts, maxFacts, questions, chained, 3, false, true);
  }
}
