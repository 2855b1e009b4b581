package dev.winnow.bench.ablate.task;

import dev.winnow.bench.ablate.AblationTask;
import dev.winnow.bench.ablate.KeyDoc;
import dev.winnow.bench.ablate.Measurement;
import dev.winnow.bench.ablate.RunRecord.Better;
import dev.winnow.bench.jsonl.QuestionLines;
import dev.winnow.bench.jsonl.TextQuestion;
import dev.winnow.bench.jsonl.TextSuite;
import dev.winnow.bench.score.TextMetric;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The user's own questions; an item is a question. */
public final class JsonlAblation implements AblationTask<JsonlAblation.Keys> {
  /** Its keys. */
  public record Keys(
      @KeyDoc("a UTF-8 file with a JSON object on each line, as for eval --suite jsonl") Path data,
      @KeyDoc("how answers are scored") TextMetric metric,
      @KeyDoc("the first so many questions; 0 for all") int n,
      @KeyDoc("most tokens of an answer, where its line does not say") int maxNewTokens,
      @KeyDoc("whether prompts are continued as they are even by a model with a chat format")
          boolean raw,
      @KeyDoc("whether what follows a context is fed token by token, as generated tokens are")
          boolean decodeQuestion) {
    /** Checks ranges. */
    public Keys {
      if (n < 0) {
        throw new IllegalArgumentException("n must be >= 0, got " + n);
      }
      if (maxNewTokens < 1) {
        throw new IllegalArgumentException("max_new_tokens must be >= 1, got " + maxNewTokens);
      }
    }

    private List<TextQuestion> questions() {
      List<TextQuestion> all = QuestionLines.read(data.toString(), TextTail.content(data));
      return n == 0 ? all : all.subList(0, Math.min(n, all.size()));
    }
  }

  @Override
  public String suite() {
    return "jsonl";
  }

  @Override
  public String summary() {
    return "Questions of your own, with their answers.";
  }

  @Override
  public Keys defaults() {
    return new Keys(null, TextMetric.F1, 0, 64, false, true);
  }

  @Override
  public String metric(Keys keys) {
    return keys.metric().label();
  }

  @Override
  public Better better(Keys keys) {
    return Better.HIGHER;
  }

  @Override
  public boolean seeded() {
    return false;
  }

  @Override
  public void check(Keys keys) {
    if (keys.data() == null) {
      throw new IllegalArgumentException(
          "data is missing; name a file of JSON lines, here or with --set data=FILE");
    }
    Set<String> ids = new HashSet<>();
    for (TextQuestion question : keys.questions()) {
      if (!ids.add(question.id())) {
        throw new IllegalArgumentException(
            "%s: the id '%s' is there twice; answers are compared by it"
                .formatted(question.where(), question.id()));
      }
    }
  }

  @Override
  public void measure(Keys keys, Measurement run) {
    TextSuite suite =
        new TextSuite(keys.metric(), keys.maxNewTokens(), keys.raw(), keys.decodeQuestion());
    suite.score(
        run.model(),
        keys.questions(),
        answer -> {
          run.work(answer.asked().ledger());
          run.held(answer.asked().peakKvBytes());
          run.firstToken(answer.asked().firstTokenMs());
          run.furtherTokens(answer.asked().tpotMs());
          run.item(answer.question().id(), Map.of(), answer.score());
        });
  }
}
