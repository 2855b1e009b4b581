package dev.winnow.app;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.winnow.bench.Proportion;
import dev.winnow.bench.diffuse.DiffuseSuite;
import dev.winnow.bench.diffuse.ListData;
import dev.winnow.bench.diffuse.ListTask;
import dev.winnow.engine.LanguageModel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** Suite {@code diffuse}: lists to sort, copy, reverse and shuffle by masked diffusion. */
final class DiffuseEval implements EvalSuite {
  private static final int CHUNK = 512;

  @Option(
      names = "--steps",
      paramLabel = "N",
      description =
          "diffuse: passes of the model for a response of 8 tokens; fewer decide more tokens at"
              + " once (default: 8).")
  private int steps = ListData.RESPONSE;

  @Option(
      names = "--block-length",
      paramLabel = "N",
      description =
          "diffuse: tokens that are decided before those behind them; divides 8 (default: 8).")
  private int blockLength = ListData.RESPONSE;

  @Override
  public Set<SharedFlags.Kind> takes() {
    return Set.of(SharedFlags.Kind.QUESTIONS, SharedFlags.Kind.TASKS);
  }

  @Override
  public Report run(Setting setting) {
    QuestionFlags questions = setting.shared().questions();
    List<ListTask> tasks = tasks(setting);
    DiffuseSuite suite =
        Ranges.check(
            setting.command(),
            () -> new DiffuseSuite(tasks, questions.n(100), questions.seed(), blockLength, steps));
    List<Integer> lengths =
        setting.tokens().isEmpty()
            ? IntStream.rangeClosed(ListData.FEWEST, ListData.MOST).boxed().toList()
            : setting.tokens();
    for (int length : lengths) {
      if (length < ListData.FEWEST || length > ListData.MOST) {
        throw new ParameterException(
            setting.command(),
            "for suite diffuse --tokens must be in [%d, %d], got %d"
                .formatted(ListData.FEWEST, ListData.MOST, length));
      }
    }
    setting.options(CHUNK);
    Map<Integer, Proportion> byLength = new TreeMap<>();
    Map<ListTask, Proportion> byTask = new EnumMap<>(ListTask.class);
    try (LanguageModel loaded = setting.load(CHUNK)) {
      for (int length : lengths) {
        suite
            .score(loaded, length)
            .forEach(
                (task, score) -> {
                  byLength.merge(length, score, Proportion::plus);
                  byTask.merge(task, score, Proportion::plus);
                });
      }
    }
    return report(suite, byLength, byTask);
  }

  private static List<ListTask> tasks(Setting setting) {
    List<String> words = Arrays.stream(ListTask.values()).map(ListTask::word).toList();
    List<String> wanted = setting.shared().tasks().tasks();
    for (String word : wanted) {
      if (!words.contains(word)) {
        throw new ParameterException(
            setting.command(),
            "--tasks must be some of %s, got '%s'".formatted(String.join(", ", words), word));
      }
    }
    return Arrays.stream(ListTask.values())
        .filter(task -> wanted.isEmpty() || wanted.contains(task.word()))
        .toList();
  }

  private static Report report(
      DiffuseSuite suite, Map<Integer, Proportion> byLength, Map<ListTask, Proportion> byTask) {
    Proportion all = byTask.values().stream().reduce(Proportion::plus).orElseThrow();
    ObjectNode figures =
        Scores.put(JsonNodeFactory.instance.objectNode(), all)
            .put("steps", suite.steps())
            .put("block_length", suite.blockLength())
            .put("seed", suite.seed());
    ObjectNode tokens = figures.putObject("by_tokens");
    ObjectNode tasks = figures.putObject("by_task");
    List<String> lines = new ArrayList<>();
    byLength.forEach(
        (length, score) -> {
          Scores.put(tokens.putObject(Integer.toString(length)), score);
          lines.add("%7d items: %s".formatted(length, Scores.describe(score)));
        });
    byTask.forEach(
        (task, score) -> {
          Scores.put(tasks.putObject(task.word()), score);
          lines.add("%13s: %s".formatted(task.word(), Scores.describe(score)));
        });
    lines.add("%13s: %s".formatted("all", Scores.describe(all)));
    return new Report(figures, lines);
  }
}
