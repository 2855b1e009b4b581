package dev.winnow.bench.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.winnow.bench.score.TextMetric;
import dev.winnow.engine.LanguageModel;
import dev.winnow.engine.Prompt;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssertAlternative;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What the suites ask, for a tokenizer of one token per character. */
class SeededSuiteTest {
  private static final int TOKENS = 4001;

  @TempDir private static Path folder;
  private static LanguageModel weights;
  private static LanguageModel model;

  @BeforeAll
  static void load() {
    weights = CharCodec.model(folder, 20_000);
    model = new CharCodec(false).with(weights);
  }

  @AfterAll
  static void close() {
    model.close();
    weights.close();
  }

  static Stream<String> suites() {
    return TextSuites.names().stream();
  }

  @ParameterizedTest
  @MethodSource("suites")
  void every_question_can_be_answered_from_its_text_in_one_way(String suite) {
    for (TextItem item : items(suite, options -> options.tokens(List.of(TOKENS, 8200)).n(3))) {
      Set<String> answers =
          suite.equals("threads") ? Solver.manyThreads(item) : Solver.answers(item);

      assertThat(answers).as(item.key()).isEqualTo(Set.copyOf(item.references()));
      assertThat(item.references()).as(item.key()).doesNotHaveDuplicates();
      assertThat(item.score(" " + String.join(" ", item.references()) + ".")).isEqualTo(1);
      assertThat(item.score("0")).isZero();
    }
  }

  @ParameterizedTest
  @MethodSource("suites")
  void prompt_and_answer_fill_the_length_and_do_not_exceed_it(String suite) {
    for (TextItem item : items(suite, options -> options.tokens(List.of(TOKENS, 8200)).n(2))) {
      int length = model.encode(Prompt.of(item.prompt())).length + item.maxNewTokens();

      // No pair, line or sentence of a haystack is longer than this; a long list takes three of a
      // word at once.
      int limit = item.at().get(TextItem.LENGTH).intValue();
      assertThat(length).as(item.key()).isBetween(limit - 130, limit);
    }
  }

  @ParameterizedTest
  @MethodSource("suites")
  void a_seed_gives_the_same_questions_and_another_one_different_ones(String suite) {
    List<TextItem> items = items(suite, options -> options.n(2));

    assertThat(items(suite, options -> options.n(2))).isEqualTo(items);
    List<TextItem> others = items(suite, options -> options.n(2).seed(2));
    assertThat(others).extracting(TextItem::key).isEqualTo(keys(items));
    for (int i = 0; i < items.size(); i++) {
      assertThat(others.get(i).context()).isNotEqualTo(items.get(i).context());
      assertThat(others.get(i).references()).isNotEqualTo(items.get(i).references());
    }
  }

  @ParameterizedTest
  @MethodSource("suites")
  void questions_have_keys_of_their_own_and_are_as_many_as_announced(String suite) {
    List<TextItem> items = items(suite, options -> options.tokens(List.of(TOKENS, 3900)).n(2));

    assertThat(keys(items)).doesNotHaveDuplicates();
    assertThat(items)
        .hasSize(
            TextSuites.named(suite)
                .questions(options().tokens(List.of(TOKENS, 3900)).n(2).build()));
    assertThat(items).extracting(TextItem::prompt).doesNotHaveDuplicates();
  }

  @Test
  void a_question_does_not_depend_on_the_others() {
    List<TextItem> all = items("needle", options -> options.n(2));
    List<TextItem> some =
        items(
            "needle",
            options -> options.tasks(List.of("sentence", "clustered")).depths(List.of(1.0, 0.25)));

    assertThat(some).hasSize(4 * 5).filteredOn(item -> item.key().endsWith("/0")).hasSize(4);
    assertThat(all).containsAll(some.stream().filter(i -> i.key().matches(".*/[01]")).toList());
  }

  @ParameterizedTest
  @CsvSource({"0", "0.25", "0.3", "0.75", "1"})
  void a_passkey_or_sentence_lies_at_the_depth_asked_for(double depth) {
    Pattern key = Pattern.compile("The pass key is \\d+\\. Remember it\\. \\d+ is the pass key\\.");
    Pattern sentence = Pattern.compile("The best thing to do in \\w+ is to [^.]+\\.");

    for (TextItem item : items("passkey", options -> options.depths(List.of(depth)))) {
      String haystack = item.context().substring(item.context().indexOf('\n') + 1);
      assertThat(share(haystack, key)).isCloseTo(depth, within(0.01));
    }
    for (TextItem item :
        items("needle", options -> options.tasks(List.of("sentence")).depths(List.of(depth)))) {
      assertThat(share(item.context(), sentence)).isCloseTo(depth, within(0.02));
      assertThat(item.at()).containsExactly(Map.entry("length", 4001.0), Map.entry("depth", depth));
    }
  }

  /** The part of {@code haystack} before what {@code needle} matches, which is left out. */
  private static double share(String haystack, Pattern needle) {
    var match = needle.matcher(haystack);
    assertThat(match.find()).isTrue();
    return (double) match.start() / (haystack.length() - match.group().length());
  }

  @Test
  void a_key_lies_at_the_depth_asked_for_and_all_depths_share_the_object() {
    List<TextItem> items =
        items(
            "needle",
            options -> options.tasks(List.of("single")).n(1).depths(List.of(0.0, 0.3, 0.5, 1.0)));

    assertThat(items).extracting(TextItem::context).containsOnly(items.getFirst().context());
    for (TextItem item : items) {
      List<String> keys = Solver.keys(item.prompt());
      String asked = item.question().substring(item.question().indexOf("Key: \"") + 6);
      int slot = keys.indexOf(asked.substring(0, 36));
      assertThat((double) slot / (keys.size() - 1))
          .isCloseTo(item.at().get("depth"), within(0.5 / (keys.size() - 1)));
    }
  }

  @Test
  void clustered_keys_lie_side_by_side_from_the_depth_on() {
    for (TextItem item :
        items(
            "needle",
            options ->
                options.tasks(List.of("clustered")).depths(List.of(0.0, 0.5, 1.0)).keys(4))) {
      List<Integer> slots = slots(item, item.references());
      List<Integer> sorted = slots.stream().sorted().toList();
      int first = sorted.getFirst();
      int room = Solver.keys(item.prompt()).size() - 4;

      assertThat(sorted).isEqualTo(IntStream.range(first, first + 4).boxed().toList());
      assertThat(first).isEqualTo((int) Math.round(item.at().get("depth") * room));
    }
  }

  @Test
  void only_the_keys_asked_for_have_the_sign() {
    for (TextItem item :
        items("needle", options -> options.tasks(List.of("conditional")).n(8).keys(5))) {
      String sign = item.question().replaceAll("(?s).*\"(.)\".*", "$1");

      assertThat(Solver.keys(item.prompt())).filteredOn(key -> key.contains(sign)).hasSize(5);
      assertThat(Solver.pairs(item.prompt()).values().toString()).doesNotContain(sign);
    }
  }

  @Test
  void keys_occur_once_but_for_those_where_a_thread_branches() {
    for (String suite : List.of("needle", "threads")) {
      for (TextItem item : items(suite, options -> options)) {
        if (item.context().startsWith("{")) {
          List<String> keys = Solver.keys(item.prompt());
          int doubled = item.task().equals("branched") ? 2 : 0;
          assertThat(keys.size() - new HashSet<>(keys).size()).as(item.key()).isEqualTo(doubled);
        }
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"forward", "backward", "random"})
  void the_pairs_of_a_thread_lie_in_their_direction(String direction) {
    for (TextItem item :
        items("threads", options -> options.tasks(List.of(direction)).threadLength(5).n(6))) {
      String start = item.question().substring(item.question().indexOf("Key: \"") + 6);
      List<String> way = Solver.longest(Solver.pairs(item.prompt()), start.substring(0, 36));
      List<Integer> slots = slots(item, way);
      List<Integer> up = slots.stream().sorted().toList();

      assertThat(way).hasSize(5);
      switch (direction) {
        case "forward" -> assertThat(slots).isEqualTo(up);
        case "backward" -> assertThat(slots).isEqualTo(up.reversed());
        default -> assertThat(slots).isNotEqualTo(up).isNotEqualTo(up.reversed());
      }
    }
  }

  @Test
  void several_threads_share_no_pair() {
    for (TextItem item :
        items(
            "threads", options -> options.tasks(List.of("multi")).threadCount(3).threadLength(4))) {
      Set<String> values = new HashSet<>();
      String asked = item.question().substring(item.question().indexOf("Keys: "));
      List<String> starts =
          Pattern.compile("\"([^\"]+)\"").matcher(asked).results().map(m -> m.group(1)).toList();
      for (String start : starts) {
        List<String> way = Solver.longest(Solver.pairs(item.prompt()), start);
        assertThat(way).hasSize(4);
        values.addAll(way);
      }
      assertThat(starts).hasSize(3);
      assertThat(values).hasSize(12);
      assertThat(item.maxNewTokens()).isEqualTo(3 * 48);
    }
  }

  /** The slots of the pairs with these values. */
  private static List<Integer> slots(TextItem item, List<String> values) {
    List<String> all =
        Pattern.compile("\": \"([^\"]+)\"")
            .matcher(item.context())
            .results()
            .map(match -> match.group(1))
            .toList();
    return values.stream().map(all::indexOf).toList();
  }

  @Test
  void ruler_asks_with_its_own_numbers_of_tokens_and_beginnings_of_answers() {
    Map<String, Integer> most = Map.of("vt", 30, "cwe", 120, "fwe", 50);
    for (TextItem item : items("ruler", options -> options.n(1))) {
      assertThat(item.maxNewTokens()).isEqualTo(most.getOrDefault(item.task(), 128));
      assertThat(item.metric()).isEqualTo(TextMetric.CONTAINS_ALL);
      assertThat(item.references())
          .hasSize(
              switch (item.task()) {
                case "niah_multivalue", "niah_multiquery" -> 4;
                case "vt" -> 5;
                case "cwe" -> 10;
                case "fwe" -> 3;
                default -> 1;
              });
    }
    TextItem one = items("ruler", options -> options.tasks(List.of("niah_single_1"))).getFirst();
    assertThat(one.context()).startsWith("A special magic number is hidden within the following");
    assertThat(one.answerStart())
        .matches(" The special magic number for \\w+-\\w+ mentioned in the provided text is");
    TextItem four = items("ruler", options -> options.tasks(List.of("niah_multivalue"))).getFirst();
    assertThat(four.context()).startsWith("Some special magic numbers are hidden within");
    assertThat(four.answerStart()).endsWith(" mentioned in the provided text are");
  }

  @Test
  void prose_can_be_a_text_which_starts_anywhere_and_repeats() {
    String text = "It rained. Did it? Mr. Fox, who\nsaw it, said so.";
    TextItem item =
        items(
                "ruler",
                options -> options.tasks(List.of("niah_single_2")).text(text).tokens(List.of(900)))
            .getFirst();

    assertThat(item.context())
        .containsPattern("It rained\\. (One of .*\\. )?Did it\\? (One of .*\\. )?Mr\\.")
        .contains("who saw it, said so. It rained.");
  }

  @Test
  void what_a_suite_does_not_have_is_refused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> TextSuites.named("haystack"))
        .withMessage("suite must be one of passkey, needle, threads, ruler, got 'haystack'");
    assertRefused("threads", options -> options.tasks(List.of("sideways")))
        .withMessage(
            "task must be one of forward, backward, random, multi, branched, got 'sideways'");
    assertRefused("ruler", options -> options.tasks(List.of("vt", "qa_2")))
        .withMessageStartingWith("task qa_2 asks about HotpotQA")
        .withMessageContaining("fwe");
  }

  @Test
  void an_option_that_would_change_nothing_is_refused() {
    assertRefused("threads", options -> options.depths(List.of(0.5)))
        .withMessageStartingWith("depths has no effect on forward, backward");
    assertRefused("needle", options -> options.tasks(List.of("single")).keys(4))
        .withMessage("keys has no effect on single");
    assertRefused("ruler", options -> options.tasks(List.of("cwe")).text("One. Two."))
        .withMessage("text has no effect on cwe");
    assertRefused("threads", options -> options.tasks(List.of("random")).threadCount(3))
        .withMessage("thread_count has no effect on random");
    assertRefused("passkey", options -> options.threadLength(3))
        .withMessageStartingWith("thread_length");
  }

  @Test
  void values_out_of_range_are_refused() {
    assertRefused("passkey", options -> options.n(0)).withMessage("n must be in [1, 10000], got 0");
    assertRefused("passkey", options -> options.n(10_001)).withMessageContaining("10001");
    assertRefused("passkey", options -> options.tokens(List.of())).withMessageContaining("none");
    assertRefused("passkey", options -> options.tokens(List.of(600, 0))).withMessageContaining("0");
    assertRefused("passkey", options -> options.depths(List.of(1.01)))
        .withMessage("depths must be in [0, 1], got 1.01");
    assertRefused("passkey", options -> options.depths(List.of(Double.NaN)))
        .withMessageContaining("NaN");
    assertRefused("passkey", options -> options.depths(List.of(0.5, 0.5)))
        .withMessage("depths must not hold a value twice, got [0.5, 0.5]");
    assertRefused("needle", options -> options.keys(1)).withMessageContaining("[2, 64]");
    assertRefused("threads", options -> options.threadLength(65)).withMessageContaining("[2, 64]");
    assertRefused("needle", options -> options.text(" \n")).withMessageContaining("only blanks");
  }

  @Test
  void a_length_that_is_too_short_or_longer_than_the_context_is_refused() {
    assertRefused("ruler", options -> options.tasks(List.of("cwe")).tokens(List.of(700)))
        .withMessageMatching(
            "cwe needs at least 1\\d{3} tokens in this model's, 120 for the answer among them; got"
                + " tokens 700: .*");
    assertRefused("passkey", options -> options.tokens(List.of(600, 20_001)))
        .withMessage("tokens 20001 do not fit the model's context of 20000 tokens");
  }

  @Test
  void the_least_length_is_enough() {
    String message = "";
    try {
      items("passkey", options -> options.depths(List.of(0.5)).n(1).tokens(List.of(1)));
    } catch (IllegalArgumentException e) {
      message = e.getMessage();
    }
    int least = Integer.parseInt(message.replaceAll("\\D*(\\d+).*", "$1"));

    UnaryOperator<SuiteOptions.Builder> half = options -> options.depths(List.of(0.5)).n(1);
    assertThat(items("passkey", options -> half.apply(options).tokens(List.of(least)))).hasSize(1);
    assertRefused("passkey", options -> half.apply(options).tokens(List.of(least - 1)));
  }

  @Test
  void a_model_that_cannot_spell_the_questions_is_refused() {
    CharCodec holes =
        new CharCodec(false) {
          @Override
          public int[] encode(String text, boolean addSpecial) {
            return super.encode(text.replace('q', '?'), addSpecial);
          }
        };
    LanguageModel other = holes.with(weights);

    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> TextSuites.named("passkey").check(other, options().tokens(List.of(600)).build()))
        .withMessageContaining("cannot spell")
        .withMessageContaining("quiz")
        .withMessageContaining("?uiz");
  }

  @ParameterizedTest
  @CsvSource({"3, 3", "3, 4", "3, 5", "3, 6", "3, 7", "1, 1000"})
  void the_largest_size_that_fits_is_found(int fewest, int largest) {
    assertThat(Expansion.largest(fewest, size -> size <= largest)).isEqualTo(largest);
  }

  private static ThrowableAssertAlternative<?> assertRefused(
      String suite, UnaryOperator<SuiteOptions.Builder> change) {
    return assertThatIllegalArgumentException().isThrownBy(() -> items(suite, change));
  }

  private static List<String> keys(List<TextItem> items) {
    return items.stream().map(TextItem::key).toList();
  }

  private static SuiteOptions.Builder options() {
    return SuiteOptions.builder().tokens(List.of(TOKENS));
  }

  private static List<TextItem> items(String suite, UnaryOperator<SuiteOptions.Builder> change) {
    return TextSuites.named(suite).items(model, change.apply(options()).build());
  }
}
