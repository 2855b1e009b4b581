package dev.winnow.bench.grid;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A ratio of throughputs, new to old, that must not be: {@code tg128 < 0.95}, or {@code tg128 fasa
 * < 0.95} for the rows of one config.
 *
 * @param test its name
 * @param contender whose row; empty for exact dense execution and every config
 * @param operator one of {@code <}, {@code <=}, {@code >}, {@code >=}
 * @param ratio what the ratio is compared with
 */
public record Gate(String test, Optional<String> contender, String operator, double ratio) {
  private static final Pattern SYNTAX =
      Pattern.compile(
          "((?:pp|tg)[0-9]+(?:@d[0-9]+)?)(?:\\s+([^\\s<>=]+))?"
              + "\\s+(<=?|>=?)\\s+([0-9]+(?:\\.[0-9]+)?)");

  /**
   * Reads a condition.
   *
   * @throws IllegalArgumentException if it is none, saying how one is written
   */
  public static Gate parse(String text) {
    Matcher matcher = SYNTAX.matcher(text.strip());
    if (!matcher.matches()) {
      throw new IllegalArgumentException(
          "fail_if: '%s' is not a condition; write TEST [CONFIG] OP RATIO with OP one of <, <=, >, >=, such as 'tg128 < 0.95'"
              .formatted(text));
    }
    return new Gate(
        matcher.group(1),
        Optional.ofNullable(matcher.group(2)),
        matcher.group(3),
        Double.parseDouble(matcher.group(4)));
  }

  /**
   * Refuses a condition that the run has no row for.
   *
   * @throws IllegalArgumentException naming the rows there are
   */
  public void check(List<String> tests, List<String> contenders) {
    if (!tests.contains(test)) {
      throw new IllegalArgumentException(
          "fail_if: test must be one of %s, got '%s'".formatted(tests, test));
    }
    if (contender.isPresent() && !contenders.contains(contender.get())) {
      throw new IllegalArgumentException(
          "fail_if: config must be one of %s, got '%s'".formatted(contenders, contender.get()));
    }
  }

  /**
   * What violates it, one line each: a row whose ratio fulfils the condition, or that cannot be
   * judged because the older report lacks it.
   *
   * @param ours contenders that are not peers
   */
  public List<String> violations(List<GridComparison.Row> rows, List<String> ours) {
    return rows.stream()
        .filter(row -> row.test().equals(test))
        .filter(
            row -> contender.map(row.contender()::equals).orElse(ours.contains(row.contender())))
        .filter(row -> row.ratio().isEmpty() || holds(row.ratio().getAsDouble()))
        .map(row -> "--fail-if '%s': %s".formatted(describe(), row.describe()))
        .toList();
  }

  private boolean holds(double measured) {
    return switch (operator) {
      case "<" -> measured < ratio;
      case "<=" -> measured <= ratio;
      case ">" -> measured > ratio;
      default -> measured >= ratio;
    };
  }

  private String describe() {
    return String.format(
        Locale.ROOT, "%s%s %s %s", test, contender.map(c -> " " + c).orElse(""), operator, ratio);
  }
}
