package dev.winnow.bench;

import dev.winnow.engine.GenerationConfig;
import dev.winnow.engine.LanguageModel;
import dev.winnow.engine.ModelOptions;
import dev.winnow.engine.Prompt;
import dev.winnow.engine.Session;
import dev.winnow.kernels.DType;
import dev.winnow.models.CheckpointException;
import dev.winnow.models.WeightFormat;
import java.util.List;

/**
 * How far a model's logits are from what another implementation computed, and whether it chooses
 * the same tokens.
 *
 * @param maxAbsError largest difference of two logits; NaN if the model produced one
 * @param logitRange largest less smallest logit of the other implementation
 * @param top1Agreement fraction of positions with the same most likely token
 * @param greedyMatched tokens of the greedy continuation that are the same up to the first
 *     difference
 * @param greedyTokens tokens of the greedy continuation
 * @param positions logit rows compared
 * @param chunk tokens that went through the model at once
 * @param weights how matrices were held
 * @param kv how keys and values were stored
 */
public record Verification(
    double maxAbsError,
    double logitRange,
    double top1Agreement,
    int greedyMatched,
    int greedyTokens,
    int positions,
    int chunk,
    WeightFormat weights,
    DType kv) {
  private static final int MAX_CHUNK = 65536;

  /** The chunk with which {@code reference} is computed in one pass. */
  public static int oneShot(ReferenceOutputs reference) {
    return Math.min(MAX_CHUNK, Math.max(reference.inputIds().length, reference.promptIds().length));
  }

  /**
   * Runs {@code model} over the inputs of {@code reference}.
   *
   * @param options what the model was loaded with
   * @throws CheckpointException if the vocabularies differ
   */
  public static Verification run(
      LanguageModel model, ReferenceOutputs reference, ModelOptions options) {
    if (reference.vocabSize() != model.config().vocabSize()) {
      throw new CheckpointException(
          "%s: logits has %d columns, but the model's vocabulary is %d; was it written for another model?"
              .formatted(reference.source(), reference.vocabSize(), model.config().vocabSize()));
    }
    LogitComparison logits = new LogitComparison(reference);
    try (Session session = model.openSession()) {
      session.score(reference.inputIds(), logits::accept);
    }
    int[] expected = reference.generatedIds();
    return new Verification(
        logits.maxAbsError(),
        logits.range(),
        logits.top1Agreement(),
        commonPrefix(greedy(model, reference), expected),
        expected.length,
        reference.inputIds().length,
        options.engine().prefillChunk(),
        options.weights(),
        options.engine().kv());
  }

  private static List<Integer> greedy(LanguageModel model, ReferenceOutputs reference) {
    GenerationConfig config =
        GenerationConfig.builder()
            .maxNewTokens(reference.generatedIds().length)
            .eosTokenIds()
            .build();
    return model.generate(Prompt.of(reference.promptIds()), config).generatedIds();
  }

  private static int commonPrefix(List<Integer> got, int[] expected) {
    int same = 0;
    while (same < expected.length && same < got.size() && got.get(same) == expected[same]) {
      same++;
    }
    return same;
  }

  /** The largest difference as a fraction of the range. */
  public double relativeError() {
    return maxAbsError / logitRange;
  }

  /** Whether the whole greedy continuation is the same. */
  public boolean greedyEqual() {
    return greedyMatched == greedyTokens;
  }

  /** Whether nothing was rounded that the other implementation kept in float32. */
  public boolean exact() {
    return weights == WeightFormat.F32 && kv == DType.F32;
  }

  /**
   * Whether the error is at most {@code tolerance} of the range and, if nothing was rounded, the
   * greedy continuation is the same.
   */
  public boolean passes(double tolerance) {
    return relativeError() <= tolerance && (greedyEqual() || !exact());
  }
}
