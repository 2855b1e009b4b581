package dev.winnow.bench.score;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** How right a text is, in [0, 1]; with several right answers, the best one counts. */
public final class TextScores {
  private static final Pattern ARTICLES = Pattern.compile("\\b(a|an|the)\\b");
  private static final Pattern PUNCTUATION = Pattern.compile("\\p{Punct}");
  private static final Pattern BLANKS = Pattern.compile("\\s+");
  private static final Pattern OPENING = Pattern.compile("^[\\s\"'`]+");
  private static final Pattern INTEGER = Pattern.compile("\\d+");

  private TextScores() {}

  /** 1 if the text without blanks around it is an answer, letter for letter. */
  public static double exactMatch(String text, List<String> answers) {
    return answers.stream().anyMatch(answer -> answer.strip().equals(text.strip())) ? 1 : 0;
  }

  /**
   * 1 if the text begins with an answer, as in Needle Threading; blanks and quotation marks before
   * it are left out.
   */
  public static double prefixMatch(String text, List<String> answers) {
    String start = OPENING.matcher(text).replaceFirst("");
    return answers.stream().anyMatch(answer -> start.startsWith(answer.strip())) ? 1 : 0;
  }

  /** 1 if the first whole number in the text is an answer, as passkeys are scored. */
  public static double firstInteger(String text, List<String> answers) {
    Matcher matcher = INTEGER.matcher(text);
    return matcher.find() && answers.contains(matcher.group()) ? 1 : 0;
  }

  /** RULER's string_match_all: the part of the answers that the text contains, in any case. */
  public static double stringMatchAll(String text, List<String> answers) {
    String lower = text.toLowerCase(Locale.ROOT);
    long found = answers.stream().filter(a -> lower.contains(a.toLowerCase(Locale.ROOT))).count();
    return (double) found / answers.size();
  }

  /** RULER's string_match_part: 1 if the text contains any answer, in any case. */
  public static double stringMatchPart(String text, List<String> answers) {
    return stringMatchAll(text, answers) > 0 ? 1 : 0;
  }

  /**
   * LongBench's F1 over words: lower case, without punctuation and the words a, an, the; words
   * count as often as they occur in both.
   */
  public static double f1(String text, List<String> answers) {
    return answers.stream().mapToDouble(answer -> f1(text, answer)).max().orElse(0);
  }

  private static double f1(String text, String answer) {
    List<String> words = words(normalized(text));
    List<String> right = words(normalized(answer));
    Map<String, Integer> left = new HashMap<>();
    right.forEach(word -> left.merge(word, 1, Integer::sum));
    int common = 0;
    for (String word : words) {
      if (left.merge(word, -1, Integer::sum) >= 0) {
        common++;
      }
    }
    return harmonic(common, words.size(), right.size());
  }

  /** F1 of the longest common subsequence of words, which blanks separate, as LongBench has it. */
  public static double rougeL(String text, List<String> answers) {
    return answers.stream().mapToDouble(answer -> rougeL(text, answer)).max().orElse(0);
  }

  private static double rougeL(String text, String answer) {
    List<String> words = words(text);
    List<String> right = words(answer);
    int[] row = new int[right.size() + 1];
    for (String word : words) {
      int diagonal = 0;
      for (int j = 1; j < row.length; j++) {
        int above = row[j];
        row[j] = word.equals(right.get(j - 1)) ? diagonal + 1 : Math.max(above, row[j - 1]);
        diagonal = above;
      }
    }
    return harmonic(row[right.size()], words.size(), right.size());
  }

  /**
   * Levenshtein ratio, {@code 1 - distance / longer length} over code points with insertion,
   * deletion and substitution at cost 1, of the first line that is code: one that holds no
   * backtick, {@code #} or {@code //}, as LongBench takes it. 1 for two empty texts.
   */
  public static double editSimilarity(String text, List<String> answers) {
    String line =
        text.stripLeading()
            .lines()
            .filter(l -> !l.contains("`") && !l.contains("#") && !l.contains("//"))
            .findFirst()
            .orElse("");
    return answers.stream().mapToDouble(answer -> levenshteinRatio(line, answer)).max().orElse(0);
  }

  static double levenshteinRatio(String one, String other) {
    int[] a = one.codePoints().toArray();
    int[] b = other.codePoints().toArray();
    int longer = Math.max(a.length, b.length);
    if (longer == 0) {
      return 1;
    }
    int[] row = new int[b.length + 1];
    Arrays.setAll(row, j -> j);
    for (int i = 1; i <= a.length; i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j < row.length; j++) {
        int above = row[j];
        int change = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
        row[j] = Math.min(change, 1 + Math.min(above, row[j - 1]));
        diagonal = above;
      }
    }
    return 1 - (double) row[b.length] / longer;
  }

  private static double harmonic(int common, int given, int right) {
    return common == 0 ? 0 : 2.0 * common / (given + right);
  }

  private static String normalized(String text) {
    String plain = PUNCTUATION.matcher(text.toLowerCase(Locale.ROOT)).replaceAll("");
    return ARTICLES.matcher(plain).replaceAll(" ");
  }

  private static List<String> words(String text) {
    List<String> words = new ArrayList<>();
    for (String word : BLANKS.split(text, 0)) {
      if (!word.isEmpty()) {
        words.add(word);
      }
    }
    return words;
  }
}
