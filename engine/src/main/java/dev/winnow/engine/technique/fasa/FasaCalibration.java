package dev.winnow.engine.technique.fasa;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * How well each chunk of each query head agrees with the whole head, measured on one checkpoint;
 * one measurement serves every number of chunks and every budget.
 *
 * @param fingerprint the checkpoint's {@link dev.winnow.models.checkpoint.CheckpointFingerprint}
 * @param model its name, for people
 * @param pairing which dimensions make a chunk
 * @param window keys compared at every step
 * @param corpus the texts it was measured on
 * @param steps queries it is the mean of, for each layer and head
 * @param agreement the measurement
 */
public record FasaCalibration(
    String fingerprint,
    String model,
    ChunkPairing pairing,
    int window,
    List<Source> corpus,
    int steps,
    MeanAgreement agreement) {

  /**
   * A text.
   *
   * @param name its file name
   * @param sha256 of the file
   * @param tokens how many of its tokens went through the model
   */
  public record Source(String name, String sha256, int tokens) {}

  /** Copies the list and checks ranges. */
  public FasaCalibration {
    corpus = List.copyOf(corpus);
    if (window < 1 || steps < 1) {
      throw new IllegalArgumentException(
          "window and steps must be >= 1, got %d and %d".formatted(window, steps));
    }
  }

  /**
   * Reads what {@link #write} wrote.
   *
   * @throws IllegalArgumentException naming the file, and the key that is missing or out of range
   */
  public static FasaCalibration read(Path file) {
    return CalibrationJson.read(file);
  }

  /** Writes it as JSON, in one move: the file is never there in part. */
  public void write(Path file) throws IOException {
    CalibrationJson.write(this, file);
  }

  /** Tokens of all texts. */
  public int tokens() {
    return corpus.stream().mapToInt(Source::tokens).sum();
  }
}
