package dev.winnow.engine.technique.fasa;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/**
 * The calibrations that come with reference checkpoints, found by the checkpoint's fingerprint. A
 * test beside the data they were measured on measures them again.
 */
final class BuiltInCalibrations {
  private static final int SHORT_FINGERPRINT = 16;

  private BuiltInCalibrations() {}

  /**
   * The calibration of a checkpoint.
   *
   * @throws IllegalArgumentException if none comes with it, saying how to make one
   */
  static FasaCalibration of(String fingerprint, ChunkPairing pairing) {
    String name = resource(fingerprint, pairing);
    try (InputStream in = BuiltInCalibrations.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalArgumentException(
            ("fasa: calibration is missing, and none for pairing %s comes with this checkpoint; make"
                    + " one with winnow calibrate fasa --model MODEL --text FILE --out FILE and name"
                    + " it as calibration")
                .formatted(pairing.label()));
      }
      return CalibrationJson.parse(in.readAllBytes(), "resource " + name);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Where the calibration of a checkpoint lies. */
  static String resource(String fingerprint, ChunkPairing pairing) {
    return "calibration-%s-%s.json"
        .formatted(fingerprint.substring(0, SHORT_FINGERPRINT), pairing.label());
  }
}
