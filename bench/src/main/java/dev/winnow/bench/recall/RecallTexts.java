package dev.winnow.bench.recall;

import dev.winnow.engine.LanguageModel;
import dev.winnow.engine.technique.fasa.CalibrationText;
import java.util.List;
import java.util.stream.IntStream;

/** Texts to calibrate {@code reference:recall} on: contexts with questions, as it is asked. */
public final class RecallTexts {
  private static final int TOKENS = 512;
  private static final int NEEDLES = 8;

  /** No seed of questions that anyone asks by default. */
  private static final long SEED = 1234;

  private RecallTexts() {}

  /**
   * Texts of at least {@code tokens} tokens together.
   *
   * @throws IllegalArgumentException if the model has another vocabulary
   */
  public static List<CalibrationText> calibration(LanguageModel model, int tokens) {
    RecallSuite.checkVocabulary(model);
    RecallData data = new RecallData(SEED);
    return IntStream.range(0, Math.ceilDiv(tokens, TOKENS + 1))
        .mapToObj(i -> data.next(RecallTask.needles(TOKENS, NEEDLES)).ids())
        .map(ids -> CalibrationText.of("recall, seed " + SEED, ids))
        .toList();
  }
}
