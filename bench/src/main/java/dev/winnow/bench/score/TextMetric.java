package dev.winnow.bench.score;

import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleBiFunction;

/** A score of {@link TextScores}, by the name it has on the command line and in reports. */
public enum TextMetric {
  /** Letter for letter, blanks around it left out. */
  EXACT(TextScores::exactMatch),
  /** Whether the text begins with an answer, blanks and quotation marks around it left out. */
  PREFIX(TextScores::prefixMatch),
  /** Whether the first whole number in the text is an answer. */
  FIRST_INTEGER(TextScores::firstInteger),
  /** The part of the answers that the text contains, in any case. */
  CONTAINS_ALL(TextScores::stringMatchAll),
  /** F1 over words. */
  F1(TextScores::f1),
  /** F1 of the longest common subsequence of words. */
  ROUGE_L(TextScores::rougeL),
  /** Levenshtein ratio of the first line of code. */
  EDIT_SIMILARITY(TextScores::editSimilarity);

  private final ToDoubleBiFunction<String, List<String>> score;

  TextMetric(ToDoubleBiFunction<String, List<String>> score) {
    this.score = score;
  }

  /** How right {@code text} is, in [0, 1]; the best of {@code answers} counts. */
  public double score(String text, List<String> answers) {
    return score.applyAsDouble(text, answers);
  }

  /** The name in lower case. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
