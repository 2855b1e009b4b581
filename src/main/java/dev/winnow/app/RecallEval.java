package dev.winnow.app;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.winnow.bench.Proportion;
import dev.winnow.bench.recall.RecallSuite;
import dev.winnow.engine.LanguageModel;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** Suite {@code recall}: questions about facts hidden in filler. */
final class RecallEval implements EvalSuite {
  private static final int CHUNK = 512;

  @Option(
      names = "--needles",
      paramLabel = "N",
      description = "recall: facts in a context, in [1, 64] (default: 8).")
  private int needles = 8;

  @Option(
      names = "--hops",
      paramLabel = "N",
      description =
          "recall: facts that lead from a name to its value; 2 and more ask for chains (default:"
              + " 1).")
  private int hops = 1;

  @Override
  public Set<SharedFlags.Kind> takes() {
    return Set.of(SharedFlags.Kind.QUESTIONS, SharedFlags.Kind.ASKING);
  }

  @Override
  public Report run(Setting setting) {
    setting.requireTokens();
    QuestionFlags questions = setting.shared().questions();
    boolean decoded = setting.shared().asking().decodeQuestion(setting, CHUNK);
    RecallSuite suite =
        Ranges.check(
            setting.command(),
            () -> new RecallSuite(needles, hops, questions.n(200), questions.seed(), decoded));
    setting.tokens().forEach(tokens -> checkFits(setting, suite, tokens));
    ObjectNode byTokens = JsonNodeFactory.instance.objectNode();
    List<String> lines = new ArrayList<>();
    Proportion all = null;
    try (LanguageModel loaded = setting.load(CHUNK)) {
      for (int tokens : setting.tokens()) {
        if (tokens > loaded.maxTokens()) {
          throw new CommandException(
              "--tokens %d does not fit the model's context of %d tokens"
                  .formatted(tokens, loaded.maxTokens()));
        }
        Proportion score = suite.score(loaded, tokens);
        all = all == null ? score : all.plus(score);
        Scores.put(byTokens.putObject(Integer.toString(tokens)), score);
        lines.add("%,7d tokens: %s".formatted(tokens, Scores.describe(score)));
      }
    }
    ObjectNode figures =
        Scores.put(JsonNodeFactory.instance.objectNode(), all)
            .put("needles", needles)
            .put("hops", hops)
            .put("seed", questions.seed())
            .put("decode_question", decoded);
    figures.set("by_tokens", byTokens);
    return new Report(figures, lines);
  }

  private static void checkFits(Setting setting, RecallSuite suite, int tokens) {
    try {
      suite.task(tokens);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(setting.command(), "--tokens: " + e.getMessage(), e);
    }
  }
}
