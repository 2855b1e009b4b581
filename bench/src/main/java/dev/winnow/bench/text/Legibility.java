package dev.winnow.bench.text;

import dev.winnow.engine.TextCodec;
import java.text.Normalizer;
import java.util.Arrays;
import java.util.Locale;
import java.util.regex.Pattern;

/** Whether a tokenizer can spell a text. */
final class Legibility {
  private static final Pattern BLANKS = Pattern.compile("\\s+");
  private static final int SHOWN = 24;

  private Legibility() {}

  /**
   * Checks that {@code text} comes back from the tokenizer, apart from case, blanks and forms of
   * one letter.
   *
   * @throws IllegalArgumentException naming what does not
   */
  static void check(TextCodec codec, String text) {
    String sent = plain(text);
    String back = plain(codec.decode(codec.encode(text, false), false));
    int at = mismatch(sent, back);
    if (at >= 0) {
      throw new IllegalArgumentException(
          ("the model's tokenizer cannot spell the text of these questions: '%s' becomes '%s'; they"
                  + " are for models of general text")
              .formatted(shown(sent, at), shown(back, at)));
    }
  }

  private static String plain(String text) {
    String folded = Normalizer.normalize(text, Normalizer.Form.NFKC).toLowerCase(Locale.ROOT);
    return BLANKS.matcher(folded).replaceAll("");
  }

  private static int mismatch(String one, String other) {
    return Arrays.mismatch(one.toCharArray(), other.toCharArray());
  }

  private static String shown(String text, int at) {
    int from = Math.max(0, at - SHOWN / 3);
    return text.substring(from, Math.min(text.length(), from + SHOWN));
  }
}
