package dev.winnow.bench.grid;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One cell of a latency grid, in llama-bench's words: {@code pp512} computes a prompt of 512
 * tokens, {@code tg128} generates 128 tokens one by one, {@code @d4096} does so behind 4096 tokens
 * that are already computed.
 *
 * @param kind what is timed
 * @param tokens how many tokens, at least 1
 * @param depth tokens computed before the clock starts
 */
public record GridTest(Kind kind, int tokens, int depth) {
  private static final Pattern SYNTAX =
      Pattern.compile("(?<kind>pp|tg)(?<tokens>[0-9]{1,7})(@d(?<depth>[0-9]{1,7}))?");

  /** What is timed. */
  public enum Kind {
    /** Prompt processing: all tokens at once. */
    PP,
    /** Text generation: one token after the other. */
    TG
  }

  /** Checks ranges. */
  public GridTest {
    if (tokens < 1) {
      throw new IllegalArgumentException("grid: a test needs at least 1 token, got " + tokens);
    }
    if (depth < 0) {
      throw new IllegalArgumentException("grid: depth must be >= 0, got " + depth);
    }
  }

  /**
   * Reads a comma-separated list such as {@code pp512,tg128,tg64@d4096}.
   *
   * @throws IllegalArgumentException naming the item that is wrong or there twice
   */
  public static List<GridTest> parse(String grid) {
    Set<GridTest> tests = new LinkedHashSet<>();
    for (String item : grid.split(",", -1)) {
      Matcher matcher = SYNTAX.matcher(item.strip());
      if (!matcher.matches()) {
        throw new IllegalArgumentException(
            "grid: '%s' is not a test; write ppN, tgN, ppN@dN or tgN@dN, such as pp512,tg64@d4096"
                .formatted(item));
      }
      String depth = matcher.group("depth");
      GridTest test =
          new GridTest(
              matcher.group("kind").equals("pp") ? Kind.PP : Kind.TG,
              Integer.parseInt(matcher.group("tokens")),
              depth == null ? 0 : Integer.parseInt(depth));
      if (!tests.add(test)) {
        throw new IllegalArgumentException("grid: '%s' is there twice".formatted(test.name()));
      }
    }
    return List.copyOf(tests);
  }

  /** Its name in llama-bench's words. */
  public String name() {
    return (kind == Kind.PP ? "pp" : "tg") + tokens + (depth == 0 ? "" : "@d" + depth);
  }

  /** Tokens a sequence must have room for, one more than it computes. */
  public int context() {
    return depth + tokens + 1;
  }
}
