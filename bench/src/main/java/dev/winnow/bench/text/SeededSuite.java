package dev.winnow.bench.text;

import dev.winnow.bench.Asking;
import dev.winnow.bench.PromptFormat;
import dev.winnow.bench.score.MeanScore;
import dev.winnow.bench.text.TextTask.Knob;
import dev.winnow.engine.LanguageModel;
import dev.winnow.engine.Session;
import dev.winnow.engine.metrics.Ledger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/** Kinds of questions whose contexts are made from a seed, as long as wanted. */
public final class SeededSuite {
  private final String name;
  private final Map<String, TextTask> tasks = new LinkedHashMap<>();
  private final Map<String, String> unavailable;

  /**
   * A suite.
   *
   * @param unavailable tasks that belong to it and are missing, and why
   */
  SeededSuite(String name, List<TextTask> tasks, Map<String, String> unavailable) {
    this.name = name;
    tasks.forEach(task -> this.tasks.put(task.name(), task));
    this.unavailable = Map.copyOf(unavailable);
  }

  /**
   * A question with the model's answer.
   *
   * @param item what was asked
   * @param text what the model said, without what was put in its mouth
   * @param score how right that is, in [0, 1]
   * @param promptTokens tokens of the prompt
   * @param firstTokenMs milliseconds from the question to the first token of the answer
   * @param tpotMs mean milliseconds per token after the first; 0 if there was none
   * @param peakKvBytes most bytes of keys and values held, those of the context included
   * @param ledger the work of question and answer, that of the context left out
   */
  public record Answer(
      TextItem item,
      String text,
      double score,
      int promptTokens,
      double firstTokenMs,
      double tpotMs,
      long peakKvBytes,
      Ledger ledger) {}

  /** Its name. */
  public String name() {
    return name;
  }

  /** Names of its tasks. */
  public List<String> tasks() {
    return List.copyOf(tasks.keySet());
  }

  /**
   * Checks what can be checked without a model.
   *
   * @throws IllegalArgumentException for a task it does not have, and for an option that none of
   *     the tasks heeds
   */
  public void check(SuiteOptions options) {
    Set<Knob> heeded = EnumSet.noneOf(Knob.class);
    chosen(options).forEach(task -> heeded.addAll(task.heeds()));
    Map<Knob, Boolean> given =
        Map.of(
            Knob.DEPTHS, options.depths().isPresent(),
            Knob.TEXT, options.text().isPresent(),
            Knob.KEYS, options.keys().isPresent(),
            Knob.THREAD_LENGTH, options.threadLength().isPresent(),
            Knob.THREAD_COUNT, options.threadCount().isPresent());
    for (Knob knob : Knob.values()) {
      if (given.get(knob) && !heeded.contains(knob)) {
        throw new IllegalArgumentException(
            "%s has no effect on %s".formatted(knob.label(), String.join(", ", names(options))));
      }
    }
  }

  private List<String> names(SuiteOptions options) {
    return options.tasks().isEmpty() ? tasks() : options.tasks();
  }

  private List<TextTask> chosen(SuiteOptions options) {
    return names(options).stream().map(this::task).toList();
  }

  private TextTask task(String wanted) {
    TextTask task = tasks.get(wanted);
    if (task == null) {
      throw new IllegalArgumentException(
          unavailable.containsKey(wanted)
              ? "task %s %s; available are %s"
                  .formatted(wanted, unavailable.get(wanted), String.join(", ", tasks()))
              : "task must be one of %s, got '%s'".formatted(String.join(", ", tasks()), wanted));
    }
    return task;
  }

  /**
   * How many questions it asks.
   *
   * @throws IllegalArgumentException as {@link #check(SuiteOptions)}
   */
  public int questions(SuiteOptions options) {
    check(options);
    int questions = 0;
    for (TextTask task : chosen(options)) {
      boolean grid = task.heeds().contains(Knob.DEPTHS);
      int depths = grid ? Expansion.depths(options).size() : 1;
      questions += options.n() * options.tokens().size() * depths;
    }
    return questions;
  }

  /**
   * Checks that every question fits, as short as its context may be.
   *
   * @throws IllegalArgumentException as {@link #check(SuiteOptions)}, if one does not fit, or the
   *     model cannot read it
   */
  public void check(LanguageModel model, SuiteOptions options) {
    check(options);
    new Expansion(model, options, chosen(options)).check();
  }

  /**
   * All questions, by task, length and repetition; those about one context come one after the
   * other.
   *
   * @throws IllegalArgumentException as {@link #check(LanguageModel, SuiteOptions)}
   */
  public List<TextItem> items(LanguageModel model, SuiteOptions options) {
    check(model, options);
    Expansion expansion = new Expansion(model, options, chosen(options));
    return expansion.sheets().stream().flatMap(sheet -> expansion.items(sheet).stream()).toList();
  }

  /**
   * Checks and asks all questions; a context is computed once for all questions about it.
   *
   * @param listener gets every answer
   * @return one line for each task, length and depth
   * @throws IllegalArgumentException as {@link #check(LanguageModel, SuiteOptions)}
   */
  public List<CellScore> score(
      LanguageModel model, SuiteOptions options, Consumer<Answer> listener) {
    check(model, options);
    PromptFormat format = PromptFormat.of(model, options.raw());
    Expansion expansion = new Expansion(model, options, chosen(options));
    Map<CellScore.Cell, MeanScore> scores = new LinkedHashMap<>();
    for (Expansion.Sheet sheet : expansion.sheets()) {
      try (Contexts contexts = new Contexts(model)) {
        for (TextItem item : expansion.items(sheet)) {
          Asking asking = Asking.of(model, item.maxNewTokens(), options.decodeQuestion());
          Answer answer = ask(contexts, format, asking, item);
          listener.accept(answer);
          scores.merge(CellScore.Cell.of(item), new MeanScore(answer.score(), 1), MeanScore::plus);
        }
      }
    }
    List<CellScore> lines = new ArrayList<>();
    scores.forEach((cell, score) -> lines.add(new CellScore(cell, score)));
    return lines;
  }

  private static Answer ask(Contexts contexts, PromptFormat format, Asking asking, TextItem item) {
    PromptFormat.Split prompt = format.split(item.context(), item.question(), item.answerStart());
    Asking.Answer answer = asking.ask(contexts.of(prompt.context()), prompt.question());
    String text = format.decode(answer.generated());
    return new Answer(
        item,
        text,
        item.score(text),
        prompt.length(),
        answer.firstTokenMs(),
        answer.tpotMs(),
        answer.peakKvBytes(),
        answer.ledger());
  }

  /** Keeps the newest context computed. */
  private static final class Contexts implements AutoCloseable {
    private final LanguageModel model;
    private int[] ids;
    private Session session;

    Contexts(LanguageModel model) {
      this.model = model;
    }

    Session of(int[] wanted) {
      if (session == null || !Arrays.equals(ids, wanted)) {
        close();
        session = model.openSession();
        ids = wanted;
        if (wanted.length > 0) {
          session.append(wanted);
        }
      }
      return session;
    }

    @Override
    public void close() {
      if (session != null) {
        session.close();
        session = null;
      }
    }
  }
}
