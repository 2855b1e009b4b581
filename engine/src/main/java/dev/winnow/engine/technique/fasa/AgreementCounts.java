package dev.winnow.engine.technique.fasa;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What a calibration has counted so far, and how far it came; whole numbers, so that it can stop.
 */
final class AgreementCounts {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final double DIGITS = 1e6;

  /**
   * As it is kept between runs.
   *
   * @param settings what is counted; counts of other settings do not fit
   * @param tokens tokens that are done
   * @param overlaps {@code [layers, heads, chunks]}
   * @param compared keys compared, {@code [layers]}
   */
  @SuppressWarnings("ArrayRecordComponent") // read and written, never compared
  record Saved(String settings, int tokens, long[][][] overlaps, long[] compared) {}

  private final String settings;
  private final long[][][] overlaps;
  private final long[] compared; // summed over heads
  private int tokens;

  /** Nothing yet. */
  AgreementCounts(String settings, int layers, int heads, int chunks) {
    this(new Saved(settings, 0, new long[layers][heads][chunks], new long[layers]));
  }

  private AgreementCounts(Saved saved) {
    settings = saved.settings();
    tokens = saved.tokens();
    overlaps = saved.overlaps();
    compared = saved.compared();
  }

  /**
   * Goes on with the counts in {@code file}, if it is there.
   *
   * @throws IllegalArgumentException if they are not of these settings
   */
  AgreementCounts resumed(Path file) throws IOException {
    if (!Files.exists(file)) {
      return this;
    }
    Saved saved;
    try {
      saved = JSON.readValue(file.toFile(), Saved.class);
    } catch (JsonProcessingException e) {
      throw foreign(file, e);
    }
    boolean fits =
        settings.equals(saved.settings())
            && saved.overlaps() != null
            && saved.compared() != null
            && saved.overlaps().length == overlaps.length
            && saved.compared().length == compared.length;
    if (!fits) {
      throw foreign(file, null);
    }
    return new AgreementCounts(saved);
  }

  private static IllegalArgumentException foreign(Path file, Exception cause) {
    return new IllegalArgumentException(
        ("%s is of a calibration with another model, other texts or other options; go on with those,"
                + " or delete the file to start anew")
            .formatted(file),
        cause);
  }

  /** Writes what there is in one move. */
  void save(Path file) throws IOException {
    CalibrationJson.replace(
        file, JSON.writeValueAsBytes(new Saved(settings, tokens, overlaps, compared)));
  }

  /** Counts one query of one head. */
  void add(int layer, int head, int[] overlap, int window) {
    for (int chunk = 0; chunk < overlap.length; chunk++) {
      overlaps[layer][head][chunk] += overlap[chunk];
    }
    compared[layer] += window;
  }

  /** Tokens that are done. */
  int tokens() {
    return tokens;
  }

  /** Notes that the first {@code count} tokens are done. */
  void done(int count) {
    tokens = count;
  }

  /** The means. */
  MeanAgreement mean() {
    float[][][] mean = new float[overlaps.length][][];
    for (int layer = 0; layer < mean.length; layer++) {
      long[][] heads = overlaps[layer];
      mean[layer] = new float[heads.length][];
      for (int head = 0; head < heads.length; head++) {
        mean[layer][head] = new float[heads[head].length];
        for (int chunk = 0; chunk < heads[head].length; chunk++) {
          double value = (double) heads[head][chunk] * heads.length / compared[layer];
          mean[layer][head][chunk] = (float) (Math.rint(value * DIGITS) / DIGITS);
        }
      }
    }
    return new MeanAgreement(mean);
  }
}
