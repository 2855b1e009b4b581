package dev.winnow.engine.technique.fasa;

import dev.winnow.engine.LanguageModel;
import dev.winnow.engine.Prompt;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

/**
 * A text to calibrate on.
 *
 * @param name such as its file name
 * @param sha256 of its UTF-8 bytes, or of its ids as big-endian ints if it is made of ids
 * @param ids its tokens
 */
public record CalibrationText(String name, String sha256, List<Integer> ids) {
  /** Copies the list. */
  public CalibrationText {
    ids = List.copyOf(ids);
  }

  /**
   * The tokens that {@code model} makes of {@code text}, those that open a sequence first.
   *
   * @throws IllegalArgumentException if the model has no tokenizer or the text no tokens
   */
  public static CalibrationText of(String name, String text, LanguageModel model) {
    int[] ids = model.encode(Prompt.of(text));
    return new CalibrationText(name, sha256(text.getBytes(StandardCharsets.UTF_8)), boxed(ids));
  }

  /** The tokens themselves. */
  public static CalibrationText of(String name, int... ids) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      for (int id : ids) {
        out.writeInt(id);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new CalibrationText(name, sha256(bytes.toByteArray()), boxed(ids));
  }

  private static List<Integer> boxed(int[] ids) {
    return Arrays.stream(ids).boxed().toList();
  }

  private static String sha256(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
