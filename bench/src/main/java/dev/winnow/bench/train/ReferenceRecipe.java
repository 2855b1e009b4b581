package dev.winnow.bench.train;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * How a reference checkpoint is made.
 *
 * @param name as in {@code reference:NAME}
 * @param summary what it is for, in one sentence
 * @param task the model and what it is asked
 * @param schedule the steps
 */
public record ReferenceRecipe(String name, String summary, ReferenceTask task, Schedule schedule) {

  /** Every recipe; a new one is one line here. */
  private static final List<ReferenceRecipe> ALL =
      List.of(DiffuseReference.recipe(), GlimpseReference.recipe(), RecallReference.recipe());

  /** Tokens of the longest sequence it is trained on. */
  public int trainedTokens() {
    return schedule.phases().stream().mapToInt(phase -> phase.data().tokens()).max().orElseThrow();
  }

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
}
