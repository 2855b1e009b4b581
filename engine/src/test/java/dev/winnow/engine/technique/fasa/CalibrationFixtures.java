package dev.winnow.engine.technique.fasa;

import dev.winnow.engine.technique.fasa.FasaCalibration.Source;
import java.util.List;
import java.util.Random;

/** Calibrations that nothing was measured for. */
final class CalibrationFixtures {
  private CalibrationFixtures() {}

  /** Random numbers for a checkpoint of this fingerprint. */
  static FasaCalibration calibration(
      String fingerprint, ChunkPairing pairing, int layers, int heads, int chunks) {
    Random random = new Random(layers * 31L + heads);
    float[][][] values = new float[layers][heads][chunks];
    for (float[][] layer : values) {
      for (float[] head : layer) {
        for (int chunk = 0; chunk < chunks; chunk++) {
          head[chunk] = random.nextInt(1_000_000) / 1e6f;
        }
      }
    }
    return new FasaCalibration(
        fingerprint,
        "a model",
        pairing,
        32,
        List.of(
            new Source("a.txt", "ab".repeat(32), 200), new Source("b.txt", "cd".repeat(32), 57)),
        40,
        new MeanAgreement(values));
  }
}
