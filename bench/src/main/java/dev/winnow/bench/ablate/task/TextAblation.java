package dev.winnow.bench.ablate.task;

import dev.winnow.bench.ablate.AblationTask;
import dev.winnow.bench.ablate.KeyDoc;
import dev.winnow.bench.ablate.Measurement;
import dev.winnow.bench.ablate.RunRecord.Better;
import dev.winnow.bench.text.SeededSuite;
import dev.winnow.bench.text.SuiteOptions;
import dev.winnow.bench.text.TextSuites;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Questions of a seeded suite in words; an item is a question. */
public final class TextAblation implements AblationTask<TextAblation.Keys> {
  private final SeededSuite suite;
  private final String summary;

  /** Its keys; null leaves one to the suite. */
  public record Keys(
      @KeyDoc("kinds of questions; none for all of the suite") List<String> tasks,
      @KeyDoc("lengths of contexts with question and answer, in tokens") List<Integer> tokens,
      @KeyDoc("shares of the haystack before what is asked for, in [0, 1]") List<Double> depths,
      @KeyDoc("questions for each kind, length and depth") int n,
      @KeyDoc("whether prompts are continued as they are even by a model with a chat format")
          boolean raw,
      @KeyDoc("whether questions are fed token by token, as generated tokens are")
          boolean decodeQuestion,
      @KeyDoc("a UTF-8 file that haystacks are made of, in place of generated sentences") Path text,
      @KeyDoc("keys asked for at once, in [2, 64]") Integer keys,
      @KeyDoc("keys of a thread, in [2, 64]") Integer threadLength,
      @KeyDoc("threads at once, in [2, 64]") Integer threadCount) {
    /** Copies the lists and checks ranges. */
    public Keys {
      tasks = List.copyOf(tasks);
      tokens = Lengths.checked(tokens);
      depths = depths == null ? null : List.copyOf(depths);
    }

    private SuiteOptions options(long seed) {
      SuiteOptions.Builder options =
          SuiteOptions.builder()
              .tasks(tasks)
              .tokens(tokens)
              .n(n)
              .seed(seed)
              .raw(raw)
              .decodeQuestion(decodeQuestion);
      Optional.ofNullable(depths).ifPresent(options::depths);
      Optional.ofNullable(text).map(TextTail::content).ifPresent(options::text);
      Optional.ofNullable(keys).ifPresent(options::keys);
      Optional.ofNullable(threadLength).ifPresent(options::threadLength);
      Optional.ofNullable(threadCount).ifPresent(options::threadCount);
      return options.build();
    }
  }

  /** The suite called {@code name}. */
  public TextAblation(String name, String summary) {
    this.suite = TextSuites.named(name);
    this.summary = summary;
  }

  @Override
  public String suite() {
    return suite.name();
  }

  @Override
  public String summary() {
    return summary;
  }

  @Override
  public Keys defaults() {
    return new Keys(List.of(), List.of(2048), null, 5, false, true, null, null, null, null);
  }

  @Override
  public String metric(Keys keys) {
    return "score";
  }

  @Override
  public Better better(Keys keys) {
    return Better.HIGHER;
  }

  @Override
  public void check(Keys keys) {
    suite.check(keys.options(0));
  }

  @Override
  public void measure(Keys keys, Measurement run) {
    suite.score(
        run.model(),
        keys.options(run.seed()),
        answer -> {
          run.work(answer.ledger());
          run.held(answer.peakKvBytes());
          run.firstToken(answer.firstTokenMs());
          run.furtherTokens(answer.tpotMs());
          run.item(answer.item().key(), answer.item().at(), answer.score());
        });
  }
}
