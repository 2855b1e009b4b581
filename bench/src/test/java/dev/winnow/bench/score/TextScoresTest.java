package dev.winnow.bench.score;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

class TextScoresTest {
  @Test
  void exact_match_ignores_only_blanks_around() {
    assertThat(TextScores.exactMatch(" Paris\n", List.of("Rome", "Paris"))).isEqualTo(1);
    assertThat(TextScores.exactMatch("paris", List.of("Paris"))).isZero();
    assertThat(TextScores.exactMatch("Paris.", List.of("Paris"))).isZero();
  }

  @Test
  void a_prefix_match_may_go_on() {
    assertThat(TextScores.prefixMatch("\n ab-1\", more", List.of("ab-1"))).isEqualTo(1);
    assertThat(TextScores.prefixMatch(" \"ab-1\"", List.of("ab-1"))).isEqualTo(1);
    assertThat(TextScores.prefixMatch("the ab-1", List.of("ab-1"))).isZero();
  }

  @Test
  void the_first_whole_number_counts_and_no_other() {
    assertThat(TextScores.firstInteger("It is 123. Not 4.", List.of("123"))).isEqualTo(1);
    assertThat(TextScores.firstInteger("4, no, 123", List.of("123"))).isZero();
    assertThat(TextScores.firstInteger("1234", List.of("123"))).isZero();
    assertThat(TextScores.firstInteger("none", List.of("123"))).isZero();
  }

  @Test
  void string_match_all_is_the_part_found_and_part_is_any() {
    List<String> answers = List.of("Red", "blue", "green");
    assertThat(TextScores.stringMatchAll("BLUE and red", answers))
        .isCloseTo(2 / 3.0, within(1e-12));
    assertThat(TextScores.stringMatchPart("BLUE", answers)).isEqualTo(1);
    assertThat(TextScores.stringMatchPart("grey", answers)).isZero();
  }

  @Test
  void f1_drops_case_punctuation_and_articles_and_counts_words_as_often_as_in_both() {
    // "cat cat sat" against "cat sat down": 2 in common of 3 and 3.
    assertThat(TextScores.f1("The cat, a CAT sat!", List.of("An cat sat down")))
        .isCloseTo(2 / 3.0, within(1e-12));
    assertThat(TextScores.f1("dog", List.of("cat", "Dog."))).isEqualTo(1);
    assertThat(TextScores.f1("", List.of("cat"))).isZero();
  }

  @Test
  void rouge_l_is_f1_of_the_longest_common_subsequence() {
    // "police the gunman" of Lin 2004 against "police killed the gunman": 3 of 3 and of 4.
    assertThat(TextScores.rougeL("police the gunman", List.of("police killed the gunman")))
        .isCloseTo(6 / 7.0, within(1e-12));
    // Order matters: only "the gunman" or "police" is left.
    assertThat(TextScores.rougeL("the gunman kill police", List.of("police killed the gunman")))
        .isCloseTo(0.5, within(1e-12));
    assertThat(TextScores.rougeL("", List.of("police"))).isZero();
  }

  @Test
  void edit_similarity_is_the_levenshtein_ratio_of_the_first_line_of_code() {
    // kitten to sitting takes 3 edits, and the longer has 7 letters.
    assertThat(TextScores.editSimilarity("kitten\nmore", List.of("sitting")))
        .isCloseTo(1 - 3 / 7.0, within(1e-12));
    assertThat(TextScores.editSimilarity("```java\n// a\n# b\nx = 1;", List.of("x = 1;")))
        .isEqualTo(1);
    assertThat(TextScores.editSimilarity("", List.of("abc"))).isZero();
    assertThat(TextScores.levenshteinRatio("", "")).isEqualTo(1);
  }

  @Test
  void a_mean_of_exact_matches_has_the_interval_of_wilson() {
    // Wilson 1927 for 8 of 10: 0.4902 to 0.9433.
    MeanScore score = new MeanScore(5, 6).plus(new MeanScore(3, 4));
    assertThat(score.value()).isEqualTo(0.8);
    assertThat(score.low()).isCloseTo(0.4902, within(5e-5));
    assertThat(score.high()).isCloseTo(0.9433, within(5e-5));
    assertThatThrownBy(() -> new MeanScore(2, 1)).hasMessageContaining("got 2.0 of 1");
    assertThatThrownBy(() -> new MeanScore(Double.NaN, 1)).hasMessageContaining("NaN");
  }
}
