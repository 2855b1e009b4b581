package dev.winnow.bench.jsonl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class QuestionLinesTest {
  private static final String GOOD = "{\"prompt\": \"2 + 2 =\", \"answers\": [\"4\"]}\n";

  @Test
  void a_line_has_a_context_and_a_question_or_a_prompt() {
    String divided =
        """
        {"context": "Tea is hot.", "question": "What is tea?", "answers": ["hot", "Hot."],
         "id": "tea", "max_new_tokens": 5}"""
            .replace("\n", "");

    assertThat(QuestionLines.read("q.jsonl", GOOD + "\n  \r\n" + divided))
        .containsExactly(
            new TextQuestion(
                "q.jsonl, line 1",
                "1",
                Optional.empty(),
                "2 + 2 =",
                List.of("4"),
                OptionalInt.empty()),
            new TextQuestion(
                "q.jsonl, line 4",
                "tea",
                Optional.of("Tea is hot."),
                "What is tea?",
                List.of("hot", "Hot."),
                OptionalInt.of(5)));
  }

  @Test
  void a_context_and_its_question_are_put_with_a_blank_line_between_them() {
    TextQuestion question =
        QuestionLines.read("q", "{\"context\":\"a\",\"question\":\"b\",\"answers\":[\"c\"]}")
            .getFirst();

    assertThat(question.prompt())
        .isEqualTo("a\n\nb")
        .startsWith(question.beginning().orElseThrow());
  }

  @Test
  void a_number_can_be_an_id() {
    String line = "{\"prompt\": \"a\", \"answers\": [\"b\"], \"id\": 12}";

    assertThat(QuestionLines.read("q", line).getFirst().id()).isEqualTo("12");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "{\"answers\": [\"b\"]} | context is missing",
        "{\"context\": \"a\", \"answers\": [\"b\"]} | question is missing",
        "{\"question\": \"a\", \"answers\": [\"b\"]} | context is missing",
        "{\"prompt\": \"a\", \"context\": \"a\", \"answers\": [\"b\"]} | context must not stand beside",
        "{\"prompt\": \"a\", \"question\": \"a\", \"answers\": [\"b\"]} | question must not stand beside",
        "{\"prompt\": 3, \"answers\": [\"b\"]} | prompt must be a text that is not blank, got 3",
        "{\"prompt\": \" \", \"answers\": [\"b\"]} | prompt must be a text that is not blank, got \" \"",
        "{\"prompt\": null, \"answers\": [\"b\"]} | prompt must be a text that is not blank, got null",
        "{\"prompt\": [], \"answers\": [\"b\"]} | prompt must be a text that is not blank, got an empty array",
        "{\"prompt\": \"\\ud800\", \"answers\": [\"b\"]} | prompt must be text that UTF-8 can hold",
        "{\"prompt\": \"a\"} | answers must be a list of at least one text, got nothing",
        "{\"prompt\": \"a\", \"answers\": []} | answers must be a list of at least one text, got an empty array",
        "{\"prompt\": \"a\", \"answers\": \"b\"} | answers must be a list of at least one text, got \"b\"",
        "{\"prompt\": \"a\", \"answers\": [\"b\", 4]} | answers[1] must be a text that is not blank, got 4",
        "{\"prompt\": \"a\", \"answers\": [\"\"]} | answers[0] must be a text that is not blank, got \"\"",
        "{\"prompt\": \"a\", \"answers\": [\"b\"], \"id\": {}} | id must be a text that is not blank",
        "{\"prompt\": \"a\", \"answers\": [\"b\"], \"max_new_tokens\": 0} | max_new_tokens must be a whole number >= 1, got 0",
        "{\"prompt\": \"a\", \"answers\": [\"b\"], \"max_new_tokens\": 1.5} | max_new_tokens must be a whole number >= 1, got 1.5",
        "{\"prompt\": \"a\", \"answers\": [\"b\"], \"max_new_tokens\": 4294967297} | max_new_tokens must be a whole number >= 1",
        "{\"prompt\": \"a\", \"answer\": [\"b\"]} | answer is not known; allowed are context and question",
      })
  void a_mistake_is_named_with_file_line_and_key(String line, String problem) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> QuestionLines.read("q.jsonl", GOOD + line + "\n" + GOOD))
        .withMessageStartingWith("q.jsonl, line 2: " + problem);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"prompt\": \"a\"",
        "nonsense",
        "{\"prompt\": \"a\", \"answers\": [\"b\"]} {}",
        "{\"prompt\": \"a\", \"prompt\": \"c\", \"answers\": [\"b\"]}",
        "[1]",
        "\"text\"",
        "\ufeff{}"
      })
  void a_line_that_is_not_one_object_is_refused(String line) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> QuestionLines.read("q.jsonl", GOOD + GOOD + line))
        .withMessageStartingWith("q.jsonl, line 3 ")
        .withMessageContaining("JSON object");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "\n \n"})
  void a_file_without_questions_is_refused(String text) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> QuestionLines.read("q.jsonl", text))
        .withMessageStartingWith("q.jsonl has no questions");
  }
}
