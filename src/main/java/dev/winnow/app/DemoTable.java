package dev.winnow.app;

import dev.winnow.bench.recall.RecallDemo;
import java.io.PrintStream;
import java.util.List;
import java.util.Locale;

/** The demo's lines, for people. */
final class DemoTable {
  private static final String FORMAT = "%-8s %-14s %-24s %-9s %-6s %-8s %9s %7s %18s %18s%n";

  private final PrintStream out;
  private final int needles;

  DemoTable(PrintStream out, int needles) {
    this.out = out;
    this.needles = needles;
  }

  void printHead() {
    out.printf(
        "Each text is filler words with %d facts among them, such as 'set amber 48 21 .', read from"
            + " start to end.%nThen the model is asked for one of them ('? amber'), and for each of"
            + " the others ('of all').%n%n",
        needles);
    out.printf(
        FORMAT,
        "context",
        "method",
        "question",
        "answer",
        "",
        "of all",
        "TTFT",
        "tok/s",
        "attention FLOPs",
        "KV bytes read");
  }

  static String question(RecallDemo.Line line) {
    return "What is %s set to?".formatted(line.name());
  }

  void print(String method, RecallDemo.Line line) {
    out.printf(
        FORMAT,
        String.format(Locale.ROOT, "%,d", line.tokens()),
        method,
        question(line),
        line.answer().replace(" .", ""),
        line.right() ? "right" : "wrong",
        line.score().successes() + " of " + line.score().n(),
        String.format(Locale.ROOT, "%.0f ms", line.ttftMs()),
        String.format(Locale.ROOT, "%.0f", line.tokensPerSecond()),
        againstDense(
            Stats.flops(line.attentionFlops()), line.attentionFlops(), line.denseAttentionFlops()),
        againstDense(Stats.bytes(line.kvBytesRead()), line.kvBytesRead(), line.denseKvBytesRead()));
  }

  /** Says why dense attention fails on long texts, if it did. */
  void printFoot(List<RecallDemo.Line> dense, int trainedTokens) {
    int lost =
        dense.stream()
            .filter(line -> line.tokens() > trainedTokens)
            .mapToInt(DemoTable::wrong)
            .sum();
    int near =
        dense.stream()
            .filter(line -> line.tokens() <= trainedTokens)
            .mapToInt(DemoTable::wrong)
            .sum();
    out.println();
    if (lost > near) {
      out.printf(
          Locale.ROOT,
          "Dense attention goes wrong beyond %,d tokens because the model was trained up to there:"
              + " at larger distances%nits rotary position angles are ones it has never seen, so it"
              + " looks in the wrong places.%n",
          trainedTokens);
    }
    out.println("Percentages are of what exact dense attention does for the same tokens.");
  }

  private static int wrong(RecallDemo.Line line) {
    return line.score().n() - line.score().successes();
  }

  private static String againstDense(String amount, long value, long dense) {
    return String.format(Locale.ROOT, "%s %3.0f%%", amount, 100.0 * value / dense);
  }
}
