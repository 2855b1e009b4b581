package dev.winnow.bench.ablate;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.winnow.engine.technique.Parameters;
import dev.winnow.engine.technique.fasa.ChunkPairing;
import dev.winnow.engine.technique.fasa.FasaCalibrator;
import java.nio.file.Path;

/**
 * How to make the calibration that FASA needs, once for a model and all variants that ask for the
 * same.
 *
 * @param text a UTF-8 file that goes through the model; null for the generated texts of a model
 *     that comes with Winnow
 * @param tokens of the text that go through the model, default 4096
 * @param steps tokens that are looked at, default 256
 * @param window keys compared, about as many as the token budget, default 256
 * @param pairing which dimensions make a chunk, default {@code true_pair}
 */
public record CalibrationSetting(
    @KeyDoc("a UTF-8 file that goes through the model; reference:recall has texts of its own")
        Path text,
    @KeyDoc("tokens of the text that go through the model") int tokens,
    @KeyDoc("tokens that are looked at") int steps,
    @KeyDoc("keys compared, about as many as the token budget") int window,
    @KeyDoc("which dimensions make a chunk") ChunkPairing pairing) {

  /** Checks ranges. */
  public CalibrationSetting {
    options(pairing, window, tokens, steps);
  }

  /** The generated texts with the calibrator's own defaults. */
  public static CalibrationSetting defaults() {
    FasaCalibrator.Options options = FasaCalibrator.Options.defaults();
    return new CalibrationSetting(
        null, options.tokens(), options.steps(), options.window(), options.pairing());
  }

  /**
   * The setting that a section of a configuration describes.
   *
   * @param where for messages
   * @throws IllegalArgumentException naming the place and the key of what is wrong
   */
  public static CalibrationSetting of(ObjectNode given, String where) {
    return Parameters.bind(given, defaults(), where);
  }

  ObjectNode toJson() {
    return Parameters.toJson(this);
  }

  FasaCalibrator.Options options() {
    return options(pairing, window, tokens, steps);
  }

  private static FasaCalibrator.Options options(
      ChunkPairing pairing, int window, int tokens, int steps) {
    return new FasaCalibrator.Options(pairing, window, tokens, steps);
  }
}
