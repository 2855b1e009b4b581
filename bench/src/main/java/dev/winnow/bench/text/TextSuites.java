package dev.winnow.bench.text;

import dev.winnow.bench.text.MagicNeedles.Form;
import dev.winnow.bench.text.MagicNeedles.Hay;
import java.util.List;
import java.util.Map;

/** The seeded suites by name. */
public final class TextSuites {
  private static final String NEEDS_DATA =
      "asks about %s, a data set that cannot be had offline; ask your own copy with suite jsonl";

  private static final List<SeededSuite> ALL =
      List.of(
          new SeededSuite("passkey", List.of(new PasskeyTask()), Map.of()),
          new SeededSuite(
              "needle",
              List.of(
                  new SingleNeedle(),
                  new SeveralNeedles(SeveralNeedles.Kind.MULTI),
                  new SeveralNeedles(SeveralNeedles.Kind.CLUSTERED),
                  new SeveralNeedles(SeveralNeedles.Kind.CONDITIONAL),
                  new SentenceNeedle()),
              Map.of()),
          new SeededSuite(
              "threads",
              List.of(
                  new ThreadTask(ThreadTask.Kind.FORWARD),
                  new ThreadTask(ThreadTask.Kind.BACKWARD),
                  new ThreadTask(ThreadTask.Kind.RANDOM),
                  new ThreadTask(ThreadTask.Kind.MULTI),
                  new ThreadTask(ThreadTask.Kind.BRANCHED)),
              Map.of()),
          new SeededSuite(
              "ruler",
              List.of(
                  new MagicNeedles("niah_single_1", Hay.NOISE, Form.WORD_NUMBER, 1, 1, 1),
                  new MagicNeedles("niah_single_2", Hay.PROSE, Form.WORD_NUMBER, 1, 1, 1),
                  new MagicNeedles("niah_single_3", Hay.PROSE, Form.WORD_UUID, 1, 1, 1),
                  new MagicNeedles("niah_multikey_1", Hay.PROSE, Form.WORD_NUMBER, 4, 1, 1),
                  new MagicNeedles("niah_multikey_2", Hay.NEEDLES, Form.WORD_NUMBER, 1, 1, 1),
                  new MagicNeedles("niah_multikey_3", Hay.NEEDLES, Form.UUID_UUID, 1, 1, 1),
                  new MagicNeedles("niah_multivalue", Hay.PROSE, Form.WORD_NUMBER, 1, 4, 1),
                  new MagicNeedles("niah_multiquery", Hay.PROSE, Form.WORD_NUMBER, 4, 1, 4),
                  new VariableTracking(),
                  new CommonWords(),
                  new FrequentWords()),
              Map.of(
                  "qa_1", NEEDS_DATA.formatted("SQuAD"),
                  "qa_2", NEEDS_DATA.formatted("HotpotQA"))));

  private TextSuites() {}

  /** Names of all suites. */
  public static List<String> names() {
    return ALL.stream().map(SeededSuite::name).toList();
  }

  /**
   * The suite called {@code name}.
   *
   * @throws IllegalArgumentException naming those there are
   */
  public static SeededSuite named(String name) {
    return ALL.stream()
        .filter(suite -> suite.name().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "suite must be one of %s, got '%s'"
                        .formatted(String.join(", ", names()), name)));
  }
}
