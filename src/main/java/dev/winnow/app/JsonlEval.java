package dev.winnow.app;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.winnow.bench.jsonl.AnswerFile;
import dev.winnow.bench.jsonl.QuestionLines;
import dev.winnow.bench.jsonl.TextQuestion;
import dev.winnow.bench.jsonl.TextSuite;
import dev.winnow.bench.score.MeanScore;
import dev.winnow.bench.score.TextMetric;
import dev.winnow.engine.LanguageModel;
import dev.winnow.engine.TextCodec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
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
      paramLabel = "exact|contains_all|f1|rouge_l|edit_similarity",
      description =
          "jsonl: letter for letter, the part of the answers contained, F1 over words, that of their"
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

  @Option(
      names = "--raw",
      description =
          "jsonl: continue prompts as they are; otherwise they are messages to the model, if it has"
              + " a chat format.")
  private boolean raw;

  @Option(
      names = "--out",
      paramLabel = "FILE",
      description =
          "jsonl: write id, answer and score of every question as JSON lines to FILE"
              + " (default: no file).")
  private Path out;

  @Override
  public boolean asksQuestions() {
    return false;
  }

  @Override
  public Report run(Setting setting) {
    checkUsage(setting);
    boolean decoded = !setting.options(CHUNK).engine().techniques().isEmpty();
    TextSuite suite =
        Ranges.check(setting.command(), () -> new TextSuite(metric, maxNewTokens, raw, decoded));
    List<TextQuestion> questions = questions(setting);
    MeanScore score;
    boolean template;
    try (LanguageModel loaded = setting.load(CHUNK)) {
      score = score(suite, loaded, questions);
      template = !raw && loaded.codec().map(TextCodec::hasChatTemplate).orElse(false);
    }
    ObjectNode figures =
        JsonNodeFactory.instance
            .objectNode()
            .put("metric", metric.label())
            .put("score", score.value())
            .put("n", score.n());
    figures.putArray("ci95").add(score.low()).add(score.high());
    figures
        .put("max_new_tokens", maxNewTokens)
        .put("chat_template", template)
        .put("decode_question", decoded)
        .put(
            "decoded",
            decoded ? questions.stream().filter(q -> q.context().isPresent()).count() : 0);
    return new Report(
        figures,
        List.of(
            String.format(
                Locale.ROOT,
                "%s %.3f, 95 %% interval %.3f to %.3f, n %d",
                metric.label(),
                score.value(),
                score.low(),
                score.high(),
                score.n())));
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
    if (out != null && out.toAbsolutePath().normalize().equals(data.toAbsolutePath().normalize())) {
      throw new ParameterException(
          setting.command(), "--out would overwrite --data %s; name another file".formatted(data));
    }
    if (out != null && Files.isDirectory(out)) {
      throw new ParameterException(
          setting.command(), "--out must be a file, got the folder %s".formatted(out));
    }
  }

  private List<TextQuestion> questions(Setting setting) {
    String text = InputFiles.of(setting.terminal(), setting.command(), "--data").text(data);
    try {
      return QuestionLines.read(data.toString(), text);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(setting.command(), "--data: " + e.getMessage(), e);
    }
  }

  private MeanScore score(TextSuite suite, LanguageModel model, List<TextQuestion> questions) {
    if (out == null) {
      return suite.score(model, questions, answer -> {});
    }
    suite.check(model, questions);
    try (AnswerFile answers = new AnswerFile(out)) {
      return suite.score(model, questions, answers::write);
    } catch (IOException e) {
      throw new CommandException("cannot write --out %s: %s".formatted(out, e.getMessage()));
    } catch (UncheckedIOException e) {
      throw new CommandException(
          "cannot write --out %s: %s".formatted(out, e.getCause().getMessage()));
    }
  }
}
