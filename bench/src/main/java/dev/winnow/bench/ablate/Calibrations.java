package dev.winnow.bench.ablate;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.winnow.bench.recall.RecallTexts;
import dev.winnow.engine.LanguageModel;
import dev.winnow.engine.technique.fasa.CalibrationText;
import dev.winnow.engine.technique.fasa.FasaCalibration;
import dev.winnow.engine.technique.fasa.FasaCalibrator;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * Calibrations made for an ablation, one file for each checkpoint and setting; those there are used
 * again.
 */
final class Calibrations {
  /** The model that can be calibrated without a text. */
  static final String OWN_TEXTS = "reference:recall";

  private final Path folder;
  private final BooleanSupplier cancelled;
  private final Consumer<String> notes;

  Calibrations(Path folder, BooleanSupplier cancelled, Consumer<String> notes) {
    this.folder = folder;
    this.cancelled = cancelled;
    this.notes = notes;
  }

  /**
   * The file with the calibration of {@code model}, made if it is not there.
   *
   * @param dense the model, without techniques
   * @param digests of files
   * @throws CancellationException if asked to stop; the next call goes on from there
   */
  Path of(
      LanguageModel dense, String model, CalibrationSetting setting, Map<String, String> digests) {
    ObjectNode content =
        JsonNodeFactory.instance.objectNode().put("fingerprint", dense.fingerprint());
    content.set("setting", setting.toJson());
    Path file = folder.resolve("fasa-%s.json".formatted(RunId.of(content, digests)));
    if (Files.exists(file)) {
      return file;
    }
    List<CalibrationText> texts = texts(dense, setting);
    notes.accept(
        "calibrating fasa on %,d tokens of %s"
            .formatted(setting.tokens(), texts.getFirst().name()));
    try {
      Files.createDirectories(folder);
      FasaCalibration calibration =
          new FasaCalibrator(dense, model, setting.options())
              .run(
                  texts, folder.resolve(file.getFileName() + ".partial"), cancelled, progress -> {})
              .orElseThrow(() -> new CancellationException("stopped while calibrating"));
      calibration.write(file);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write the calibration " + file, e);
    }
    return file;
  }

  private static List<CalibrationText> texts(LanguageModel dense, CalibrationSetting setting) {
    if (setting.text() == null) {
      return RecallTexts.calibration(dense, setting.tokens());
    }
    try {
      String text = Files.readString(setting.text(), StandardCharsets.UTF_8);
      return List.of(CalibrationText.of("" + setting.text().getFileName(), text, dense));
    } catch (IOException e) {
      throw new UncheckedIOException(
          "calibrate.text: %s cannot be read as UTF-8 text".formatted(setting.text()), e);
    }
  }
}
