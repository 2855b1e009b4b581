package dev.winnow.app;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.winnow.bench.PromptFormat;
import dev.winnow.bench.jsonl.QuestionLines;
import dev.winnow.bench.jsonl.TextQuestion;
import dev.winnow.bench.jsonl.TextSuite;
import dev.winnow.bench.score.MeanScore;
import dev.winnow.bench.score.TextMetric;
import dev.winnow.engine.LanguageModel;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** Suite {@code jsonl}: the user's own questions. */
final class JsonlEval implements EvalSuite {
  private static final int CHUNK = 512;

  @Option(
      names = "--data",
      paramLabel = "FILE",
      description =
          "jsonl: a UTF-8 file of at most 64 MiB, - for standard input, with a JSON object on each"
              + " line: context and question, or prompt; answers, a list of texts; and, if wanted,"
              + " id and max_new_tokens. Required.")
  private Path data;

  @Option(
      names = "--metric",
      paramLabel = "exact|prefix|first_integer|contains_all|f1|rouge_l|edit_similarity",
      description =
          "jsonl: letter for letter, what the answer begins with, the first whole number in it, the"
              + " part of the answers contained, F1 over words, that of their"
              + " longest common subsequence, or Levenshtein ratio of the first line of code."
              + " Required.")
  private TextMetric metric;

  @Option(
      names = "--max-new-tokens",
      paramLabel = "N",
      description =
          "jsonl: most tokens of an answer, where its line does not say (default: 64). Answers are"
              + " greedy.")
  private int maxNewTokens = 64;

  @Override
  public Set<SharedFlags.Kind> takes() {
    return Set.of(SharedFlags.Kind.ANSWERS);
  }

  @Override
  public Report run(Setting setting) {
    checkUsage(setting);
    AnswerFlags answers = setting.shared().answers();
    boolean decoded = !setting.options(CHUNK).engine().techniques().isEmpty();
    TextSuite suite =
        Ranges.check(
            setting.command(), () -> new TextSuite(metric, maxNewTokens, answers.raw(), decoded));
    List<TextQuestion> questions = questions(setting);
    MeanScore score;
    boolean template;
    try (LanguageModel loaded = setting.load(CHUNK)) {
      suite.check(loaded, questions);
      template = PromptFormat.of(loaded, answers.raw()).chat();
      score = answers.keeping(file -> suite.score(loaded, questions, file::write));
    }
    ObjectNode figures = JsonNodeFactory.instance.objectNode().put("metric", metric.label());
    Scores.put(figures, score)
        .put("max_new_tokens", maxNewTokens)
        .put("chat_template", template)
        .put("decode_question", decoded)
        .put(
            "decoded",
            decoded ? questions.stream().filter(q -> q.context().isPresent()).count() : 0);
    return new Report(figures, List.of(Scores.describe(metric.label(), score)));
  }

  private void checkUsage(Setting setting) {
    if (data == null || metric == null) {
      throw new ParameterException(
          setting.command(), "suite jsonl needs " + (data == null ? "--data" : "--metric"));
    }
    if (!setting.tokens().isEmpty()) {
      throw new ParameterException(
          setting.command(), "--tokens is not an option of jsonl, whose lines are used whole");
    }
    setting.shared().answers().check(setting.command(), "--data", data);
  }

  private List<TextQuestion> questions(Setting setting) {
    String text = InputFiles.of(setting.terminal(), setting.command(), "--data").text(data);
    try {
      return QuestionLines.read(data.toString(), text);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(setting.command(), "--data: " + e.getMessage(), e);
    }
  }
}
