package dev.winnow.bench.text;

import dev.winnow.bench.PromptFormat;
import dev.winnow.bench.text.TextTask.Asked;
import dev.winnow.bench.text.TextTask.Draft;
import dev.winnow.bench.text.TextTask.Page;
import dev.winnow.bench.text.TextTask.Seeds;
import dev.winnow.bench.text.TextTask.Setup;
import dev.winnow.engine.LanguageModel;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntPredicate;

/** What a suite asks one model: every question, its context as long as the length allows. */
final class Expansion {
  private static final List<Double> DEPTHS = List.of(0.0, 0.25, 0.5, 0.75, 1.0);
  private static final int KEYS = 3;
  private static final int THREAD_LENGTH = 3;
  private static final int THREAD_COUNT = 2;

  private final LanguageModel model;
  private final PromptFormat format;
  private final SuiteOptions options;
  private final List<Sheet> sheets = new ArrayList<>();

  Expansion(LanguageModel model, SuiteOptions options, List<TextTask> tasks) {
    this.model = model;
    this.format = PromptFormat.of(model, options.raw());
    this.options = options;
    Prose prose = Prose.of(options.text());
    for (TextTask task : tasks) {
      for (int tokens : options.tokens()) {
        Setup setup =
            new Setup(
                tokens,
                depths(options),
                options.keys().orElse(KEYS),
                options.threadLength().orElse(THREAD_LENGTH),
                options.threadCount().orElse(THREAD_COUNT),
                prose);
        for (int i = 0; i < options.n(); i++) {
          int repetition = i;
          Seeds seeds =
              new Seeds(options.seed(), "%s/%d/%d".formatted(task.name(), tokens, repetition));
          task.drafts(seeds, setup)
              .forEach(draft -> sheets.add(new Sheet(task, setup, repetition, draft)));
        }
      }
    }
  }

  static List<Double> depths(SuiteOptions options) {
    return options.depths().orElse(DEPTHS);
  }

  /** A context to come. */
  record Sheet(TextTask task, Setup setup, int repetition, Draft draft) {}

  List<Sheet> sheets() {
    return sheets;
  }

  /** Complains about a question that does not fit, and about a model that cannot read one. */
  void check() {
    for (int tokens : options.tokens()) {
      if (tokens > model.maxTokens()) {
        throw new IllegalArgumentException(
            "tokens %d do not fit the model's context of %d tokens"
                .formatted(tokens, model.maxTokens()));
      }
    }
    for (Sheet sheet : sheets) {
      Page page = sheet.draft().page(sheet.draft().fewest());
      Legibility.check(format.codec(), text(page));
      int least = tokens(sheet, page);
      if (least > sheet.setup().tokens()) {
        throw new IllegalArgumentException(
            ("%s needs at least %d tokens in this model's, %d for the answer among them; got tokens"
                    + " %d: ask for more, or leave this task out")
                .formatted(
                    sheet.task().name(),
                    least,
                    sheet.task().maxNewTokens(sheet.setup()),
                    sheet.setup().tokens()));
      }
    }
  }

  private static String text(Page page) {
    StringBuilder text = new StringBuilder(page.context());
    for (Asked asked : page.questions()) {
      text.append(asked.question()).append(asked.answerStart());
      asked.references().forEach(reference -> text.append(' ').append(reference));
    }
    return text.toString();
  }

  /** Those of the longest question about {@code page}, and of an answer. */
  private int tokens(Sheet sheet, Page page) {
    int longest = 0;
    for (Asked asked : page.questions()) {
      int prompt = format.encode(page.context() + asked.question(), asked.answerStart()).length;
      longest = Math.max(longest, prompt);
    }
    return longest + sheet.task().maxNewTokens(sheet.setup());
  }

  /** The questions of {@code sheet}, whose context is the largest that leaves room for them. */
  List<TextItem> items(Sheet sheet) {
    Draft draft = sheet.draft();
    int size =
        largest(
            draft.fewest(),
            candidate -> tokens(sheet, draft.page(candidate)) <= sheet.setup().tokens());
    Page page = draft.page(size);
    Legibility.check(format.codec(), text(page));
    return page.questions().stream().map(asked -> item(sheet, page, asked)).toList();
  }

  /** The largest number that {@code fits}, if those from {@code fewest} to it do. */
  static int largest(int fewest, IntPredicate fits) {
    int low = fewest;
    int high = fewest * 2;
    while (fits.test(high)) {
      low = high;
      high *= 2;
    }
    while (high - low > 1) {
      int middle = (low + high) >>> 1;
      if (fits.test(middle)) {
        low = middle;
      } else {
        high = middle;
      }
    }
    return low;
  }

  private static TextItem item(Sheet sheet, Page page, Asked asked) {
    TextTask task = sheet.task();
    int tokens = sheet.setup().tokens();
    Map<String, Double> at = new LinkedHashMap<>();
    at.put(TextItem.LENGTH, (double) tokens);
    String place = "%s/%d".formatted(task.name(), tokens);
    if (asked.depth().isPresent()) {
      double depth = asked.depth().getAsDouble();
      at.put(TextItem.DEPTH, depth);
      // As people write it: 0 and 0.25.
      place += "/" + BigDecimal.valueOf(depth).stripTrailingZeros().toPlainString();
    }
    return new TextItem(
        place + "/" + sheet.repetition(),
        task.name(),
        at,
        page.context(),
        asked.question(),
        asked.answerStart(),
        asked.references(),
        task.metric(),
        task.maxNewTokens(sheet.setup()));
  }
}
