package dev.winnow.bench.grid;

import dev.winnow.engine.config.RunConfig;
import dev.winnow.engine.technique.Technique;
import dev.winnow.engine.technique.fasa.Fasa;
import dev.winnow.engine.technique.fasa.FasaCalibration;
import dev.winnow.engine.technique.fasa.FasaConfig;
import dev.winnow.engine.technique.fasa.MeanAgreement;
import dev.winnow.models.checkpoint.CheckpointFingerprint;
import java.util.List;
import java.util.Random;

/**
 * FASA on made-up weights: seeded random agreements stand in for the calibration that nobody can
 * measure there. Which chunks rank tokens does not matter to how long that takes.
 */
public final class MadeUpCalibration {
  private static final long SEED = 1;

  private MadeUpCalibration() {}

  /** Whether {@code config} has FASA without a calibration. */
  public static boolean isNeeded(RunConfig config) {
    return config.techniques().stream().anyMatch(MadeUpCalibration::lacksCalibration);
  }

  /**
   * The techniques of {@code config}, with a calibration where FASA has none.
   *
   * @param positions the context that the model of {@code shape} was loaded for
   * @throws IllegalArgumentException if the model has fewer chunks than are wanted
   */
  public static List<Technique> techniques(RunConfig config, ModelShape shape, int positions) {
    return config.techniques().stream()
        .map(
            technique ->
                lacksCalibration(technique)
                    ? calibrated(((Fasa) technique).config(), shape, positions)
                    : technique)
        .toList();
  }

  private static boolean lacksCalibration(Technique technique) {
    return technique instanceof Fasa fasa && fasa.config().calibration() == null;
  }

  private static Fasa calibrated(FasaConfig config, ModelShape shape, int positions) {
    Random random = new Random(SEED);
    float[][][] agreement = new float[shape.layers()][shape.heads()][shape.headDim() / 2];
    for (float[][] layer : agreement) {
      for (float[] head : layer) {
        for (int chunk = 0; chunk < head.length; chunk++) {
          head[chunk] = random.nextFloat();
        }
      }
    }
    try (SyntheticCheckpoint checkpoint = new SyntheticCheckpoint(shape, positions)) {
      return new Fasa(
          config,
          new FasaCalibration(
              CheckpointFingerprint.of(checkpoint),
              shape.name(),
              config.pairing(),
              1,
              List.of(),
              1,
              new MeanAgreement(agreement)));
    }
  }
}
