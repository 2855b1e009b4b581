package dev.winnow.bench.score;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TextMetricTest {
  // By hand. Words in common with "red fox": both of "The fox is red" without "The", of three; in
  // order only one of four.
  @ParameterizedTest
  @CsvSource({
    "EXACT, exact, The fox is red, 0",
    "EXACT, exact, ' red fox\n', 1",
    "PREFIX, prefix, 'red fox, or so', 1",
    "PREFIX, prefix, a red fox, 0",
    "FIRST_INTEGER, first_integer, red fox 7, 0",
    "CONTAINS_ALL, contains_all, a RED fox, 0.5",
    "F1, f1, The fox is red, 0.8",
    "ROUGE_L, rouge_l, The fox is red, 0.3333333",
    "EDIT_SIMILARITY, edit_similarity, red box, 0.8571429"
  })
  void a_name_stands_for_its_score(TextMetric metric, String label, String text, double score) {
    List<String> answers = List.of("whale", "red fox");

    assertThat(metric.label()).isEqualTo(label);
    assertThat(metric.score(text, answers)).isCloseTo(score, within(1e-7));
  }
}
