package dev.winnow.app;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.winnow.bench.PromptFormat;
import dev.winnow.bench.score.MeanScore;
import dev.winnow.bench.text.CellScore;
import dev.winnow.bench.text.SeededSuite;
import dev.winnow.bench.text.SuiteOptions;
import dev.winnow.bench.text.TextSuites;
import dev.winnow.engine.LanguageModel;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** Suites {@code passkey} and {@code ruler}, and what all seeded suites in text have in common. */
class SeededEval implements EvalSuite {
  private static final int CHUNK = 512;
  private static final int QUESTIONS = 5;

  private final SeededSuite suite;
  private final Set<SharedFlags.Kind> takes;

  /**
   * The suite called {@code name}.
   *
   * @param takes options beside those that all seeded suites take
   */
  SeededEval(String name, SharedFlags.Kind... takes) {
    this.suite = TextSuites.named(name);
    this.takes =
        EnumSet.of(SharedFlags.Kind.QUESTIONS, SharedFlags.Kind.ASKING, SharedFlags.Kind.ANSWERS);
    this.takes.addAll(List.of(takes));
  }

  @Override
  public Set<SharedFlags.Kind> takes() {
    return takes;
  }

  /** Adds the suite's own options. */
  void addTo(SuiteOptions.Builder options) {}

  @Override
  public Report run(Setting setting) {
    setting.requireTokens();
    SharedFlags shared = setting.shared();
    shared.answers().check(setting.command(), "--text", shared.text().path());
    SuiteOptions options = options(setting);
    List<CellScore> scores;
    boolean chat;
    try (LanguageModel loaded = setting.load(CHUNK)) {
      chat = PromptFormat.of(loaded, options.raw()).chat();
      suite.check(loaded, options);
      SeededProgress progress = new SeededProgress(setting.terminal(), suite.questions(options));
      scores =
          shared
              .answers()
              .keeping(
                  file ->
                      suite.score(
                          loaded,
                          options,
                          answer -> {
                            file.write(answer);
                            progress.show(answer.item());
                          }));
    }
    return report(options, chat, scores);
  }

  private SuiteOptions options(Setting setting) {
    SharedFlags shared = setting.shared();
    boolean decoded = shared.asking().decodeQuestion(setting, CHUNK);
    SuiteOptions.Builder builder =
        SuiteOptions.builder()
            .tasks(shared.tasks().tasks())
            .tokens(setting.tokens())
            .n(shared.questions().n(QUESTIONS))
            .seed(shared.questions().seed())
            .raw(shared.answers().raw())
            .decodeQuestion(decoded);
    shared.depths().depths().ifPresent(builder::depths);
    addTo(builder);
    shared.text().content(setting).ifPresent(builder::text);
    return Ranges.check(
        setting.command(),
        () -> {
          SuiteOptions options = builder.build();
          suite.check(options);
          return options;
        });
  }

  /** A task at a length. */
  private record Row(String task, int tokens) {}

  private Report report(SuiteOptions options, boolean chat, List<CellScore> scores) {
    Map<Row, List<CellScore>> rows = new LinkedHashMap<>();
    for (CellScore score : scores) {
      Row row = new Row(score.cell().task(), score.cell().tokens());
      rows.computeIfAbsent(row, absent -> new ArrayList<>()).add(score);
    }
    ObjectNode figures = Scores.put(JsonNodeFactory.instance.objectNode(), total(scores));
    figures
        .put("seed", options.seed())
        .put("chat_template", chat)
        .put("decode_question", options.decodeQuestion());
    if (takes.contains(SharedFlags.Kind.TEXT)) {
      figures.put("prose", options.text().isPresent() ? "text" : "generated");
    }
    ArrayNode results = figures.putArray("results");
    List<String> lines = new ArrayList<>();
    rows.forEach(
        (row, cells) -> {
          addJson(results.addObject(), cells);
          addLines(lines, cells);
        });
    lines.add("%-16s %7s        %s".formatted("all", "", Scores.describe("score", total(scores))));
    return new Report(figures, lines);
  }

  private static MeanScore total(List<CellScore> scores) {
    return scores.stream().map(CellScore::score).reduce(MeanScore::plus).orElseThrow();
  }

  private static void addJson(ObjectNode json, List<CellScore> cells) {
    CellScore.Cell cell = cells.getFirst().cell();
    json.put("task", cell.task()).put("tokens", cell.tokens());
    json.put("metric", cell.metric().label());
    Scores.put(json, total(cells)).put("max_new_tokens", cell.maxNewTokens());
    if (cell.depth().isPresent()) {
      ArrayNode depths = json.putArray("depths");
      for (CellScore at : cells) {
        ObjectNode depth = depths.addObject().put("depth", at.cell().depth().orElseThrow());
        Scores.put(depth, at.score());
      }
    }
  }

  private static void addLines(List<String> lines, List<CellScore> cells) {
    CellScore.Cell cell = cells.getFirst().cell();
    lines.add(
        String.format(
            Locale.ROOT,
            "%-16s %,7d tokens: %s",
            cell.task(),
            cell.tokens(),
            Scores.describe(cell.metric().label(), total(cells))));
    if (cell.depth().isPresent()) {
      for (CellScore at : cells) {
        lines.add(
            String.format(
                Locale.ROOT,
                "%-16s depth %7s: %s",
                "",
                at.cell().depth().orElseThrow(),
                Scores.describe(cell.metric().label(), at.score())));
      }
    }
  }
}
