package dev.winnow.bench.diffuse;

import dev.winnow.bench.Proportion;
import dev.winnow.engine.GenerationResult;
import dev.winnow.engine.LanguageModel;
import dev.winnow.engine.Prompt;
import dev.winnow.engine.diffusion.DiffusionConfig;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Asks a masked diffusion model to sort, copy, reverse or shuffle lists; an answer counts if it is
 * wholly right. Tokens are chosen greedily, those the model is surest of first.
 *
 * @param tasks what to ask, in turn
 * @param lists how many lists of each length
 * @param seed of the lists
 * @param blockLength tokens of the response that are filled before those behind them
 * @param steps passes of the model for a response
 */
public record DiffuseSuite(List<ListTask> tasks, int lists, long seed, int blockLength, int steps) {

  /** Checks ranges. */
  public DiffuseSuite {
    tasks = List.copyOf(tasks);
    if (tasks.isEmpty()) {
      throw new IllegalArgumentException("tasks must not be empty");
    }
    if (lists < 1) {
      throw new IllegalArgumentException("n must be >= 1, got " + lists);
    }
    config(blockLength, steps);
  }

  /**
   * A list with the model's answer.
   *
   * @param example what was asked
   * @param result what the model generated
   */
  public record Answer(ListExample example, GenerationResult result) {
    /** Whether it is wholly right. */
    public boolean right() {
      return example.isRight(result.generatedIds().stream().mapToInt(Integer::intValue).toArray());
    }
  }

  /**
   * Asks about lists of {@code length} items.
   *
   * @return scores of the tasks that were asked
   * @throws IllegalArgumentException if the length is out of range, or the model has another
   *     vocabulary
   */
  public Map<ListTask, Proportion> score(LanguageModel model, int length) {
    return score(model, length, answer -> {});
  }

  /** As {@link #score(LanguageModel, int)}; {@code listener} gets every answer. */
  public Map<ListTask, Proportion> score(
      LanguageModel model, int length, Consumer<Answer> listener) {
    if (length < ListData.FEWEST || length > ListData.MOST) {
      throw new IllegalArgumentException(
          "lists must have %d to %d items, got %d"
              .formatted(ListData.FEWEST, ListData.MOST, length));
    }
    checkVocabulary(model);
    DiffusionConfig config = config(blockLength, steps);
    ListData data = new ListData(seed);
    Map<ListTask, Proportion> scores = new EnumMap<>(ListTask.class);
    for (int i = 0; i < lists; i++) {
      ListExample example = data.next(tasks.get(i % tasks.size()), length);
      GenerationResult result = model.diffuse(Prompt.of(example.prompt()), config);
      Answer answer = new Answer(example, result);
      listener.accept(answer);
      scores.merge(example.task(), new Proportion(answer.right() ? 1 : 0, 1), Proportion::plus);
    }
    return scores;
  }

  private static DiffusionConfig config(int blockLength, int steps) {
    return DiffusionConfig.builder()
        .genLength(ListData.RESPONSE)
        .blockLength(blockLength)
        .steps(steps)
        .build();
  }

  /** Ids mean nothing to a model that was trained on other words. */
  private static void checkVocabulary(LanguageModel model) {
    ListExample example = new ListData(0).next(ListTask.SORT, ListData.FEWEST);
    int words = DiffuseVocabulary.words().size();
    boolean known =
        model.codec().isPresent()
            && Arrays.equals(model.codec().get().encode(example.text(), true), example.prompt());
    if (model.config().vocabSize() != words || !known || !model.isMaskedDiffusion()) {
      throw new IllegalArgumentException(
          ("diffuse asks a masked diffusion model in %d words of its own, which this one does not"
                  + " have; use reference:diffuse")
              .formatted(words));
    }
  }
}
