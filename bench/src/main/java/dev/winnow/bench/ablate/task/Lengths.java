package dev.winnow.bench.ablate.task;

import dev.winnow.engine.LanguageModel;
import java.util.List;

/** Lengths of contexts, in tokens. */
final class Lengths {
  private Lengths() {}

  /** At least one, none twice, which would give two items the same key. */
  static List<Integer> checked(List<Integer> tokens) {
    if (tokens.isEmpty() || tokens.stream().distinct().count() < tokens.size()) {
      throw new IllegalArgumentException(
          "tokens must be one length or several different ones, got %s".formatted(tokens));
    }
    return List.copyOf(tokens);
  }

  /** Refuses a length for which the model has no room. */
  static void checkFit(List<Integer> tokens, LanguageModel model) {
    for (int length : tokens) {
      if (length > model.maxTokens()) {
        throw new IllegalArgumentException(
            "tokens must be at most the model's context of %d, got %d"
                .formatted(model.maxTokens(), length));
      }
    }
  }
}
