package dev.winnow.bench.ablate;

import dev.winnow.bench.ablate.task.DiffuseAblation;
import dev.winnow.bench.ablate.task.FidelityAblation;
import dev.winnow.bench.ablate.task.JsonlAblation;
import dev.winnow.bench.ablate.task.PerplexityAblation;
import dev.winnow.bench.ablate.task.RecallAblation;
import dev.winnow.bench.ablate.task.SpeedAblation;
import dev.winnow.bench.ablate.task.TextAblation;
import java.util.List;
import java.util.stream.Collectors;

/** The tasks there are, by name. */
public final class AblationTasks {
  /** A new one is one line here. */
  private static final List<AblationTask<?>> ALL =
      List.of(
          new RecallAblation(),
          new PerplexityAblation(),
          new FidelityAblation(),
          new TextAblation("passkey", "A number hidden in filler."),
          new TextAblation("needle", "Sentences hidden in a haystack: one, several, conditional."),
          new TextAblation("threads", "Keys that lead to keys through a long JSON object."),
          new TextAblation("ruler", "RULER-like: needles, variables, common and frequent words."),
          new JsonlAblation(),
          new DiffuseAblation(),
          new SpeedAblation());

  private AblationTasks() {}

  /** All of them. */
  public static List<AblationTask<?>> all() {
    return ALL;
  }

  /**
   * The task called {@code suite}.
   *
   * @param where for messages
   * @throws IllegalArgumentException naming those there are
   */
  public static AblationTask<?> of(String suite, String where) {
    return ALL.stream()
        .filter(task -> task.suite().equals(suite))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "%s: suite must be one of %s, got '%s'"
                        .formatted(
                            where,
                            ALL.stream().map(AblationTask::suite).collect(Collectors.joining(", ")),
                            suite)));
  }
}
