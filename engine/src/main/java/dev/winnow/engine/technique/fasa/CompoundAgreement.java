package dev.winnow.engine.technique.fasa;

import dev.winnow.engine.LanguageModel;
import dev.winnow.engine.Session;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * How well the chunks chosen for a head find, together, the keys that the whole head scores
 * highest: what a budget of so many tokens will miss.
 *
 * @param chunks chunks of each query head, the best of its calibration
 * @param window keys compared; where fewer are seen, all agree
 * @param agreement mean share of them that agree, over all layers and query heads
 */
public record CompoundAgreement(int chunks, int window, double agreement) {

  /**
   * Measures on texts, at as many tokens as a calibration with {@code options} looks at.
   *
   * @param chunks numbers of chunks
   * @param windows numbers of keys
   * @return one for each pair of them, the first number of chunks with every window first; empty if
   *     cancelled
   * @throws IllegalArgumentException if a head has fewer chunks or the texts are too short
   */
  public static List<CompoundAgreement> measure(
      LanguageModel model,
      FasaCalibration calibration,
      List<CalibrationText> texts,
      FasaCalibrator.Options options,
      List<Integer> chunks,
      List<Integer> windows,
      BooleanSupplier cancelled) {
    MeanAgreement agreement = calibration.agreement();
    int[][][][] sets = new int[chunks.size()][agreement.layers()][][];
    for (int i = 0; i < sets.length; i++) {
      for (int layer = 0; layer < agreement.layers(); layer++) {
        sets[i][layer] = agreement.best(layer, agreement.heads(), chunks.get(i));
      }
    }
    double[][] sums = new double[chunks.size()][windows.size()];
    CalibrationPlan plan = new CalibrationPlan(texts, options, model.maxTokens());
    for (CalibrationPlan.Part part : plan.parts()) {
      AgreementProbe probe =
          new AgreementProbe(
              calibration.pairing(),
              part.positions(),
              (layer, head, scores) -> {
                for (int i = 0; i < sums.length; i++) {
                  for (int j = 0; j < sums[i].length; j++) {
                    int window = Math.min(windows.get(j), scores.count());
                    sums[i][j] += scores.overlap(sets[i][layer][head], window) / (double) window;
                  }
                }
              });
      try (Session session = model.openSession(List.of(probe))) {
        for (int[] segment : part.segments()) {
          if (cancelled.getAsBoolean()) {
            return List.of();
          }
          session.append(segment);
        }
      }
    }
    double compared = (double) plan.steps() * agreement.layers() * agreement.heads();
    List<CompoundAgreement> all = new ArrayList<>();
    for (int i = 0; i < sums.length; i++) {
      for (int j = 0; j < sums[i].length; j++) {
        all.add(new CompoundAgreement(chunks.get(i), windows.get(j), sums[i][j] / compared));
      }
    }
    return all;
  }
}
