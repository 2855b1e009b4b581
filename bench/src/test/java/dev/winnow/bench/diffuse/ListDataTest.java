package dev.winnow.bench.diffuse;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ListDataTest {

  private static int[] items(String words) {
    return Arrays.stream(words.split(" ")).mapToInt(DiffuseVocabulary.words()::indexOf).toArray();
  }

  private static ListExample example(ListTask task, String words) {
    return new ListExample(task, items(words), new int[0]);
  }

  @ParameterizedTest
  @EnumSource(ListTask.class)
  void a_response_is_a_right_answer_and_then_end_of_sequence(ListTask task) {
    ListData data = new ListData(7);
    for (int length = ListData.FEWEST; length <= ListData.MOST; length++) {
      for (int i = 0; i < 50; i++) {
        ListExample example = data.next(task, length);
        int[] response = example.response();

        assertThat(example.items()).hasSize(length);
        assertThat(response).hasSize(ListData.RESPONSE);
        assertThat(example.isRight(response)).isTrue();
        assertThat(Arrays.copyOfRange(response, length, response.length))
            .containsOnly(DiffuseVocabulary.EOS);
      }
    }
  }

  @Test
  void the_same_seed_gives_the_same_lists() {
    assertThat(new ListData(5).next(ListTask.COPY, 7).items())
        .isEqualTo(new ListData(5).next(ListTask.COPY, 7).items())
        .isNotEqualTo(new ListData(6).next(ListTask.COPY, 7).items());
  }

  @Test
  void a_prompt_reads_as_it_is_typed() {
    ListExample example = example(ListTask.REVERSE, "b 7 z");

    assertThat(example.text()).isEqualTo("reverse b 7 z =");
    assertThat(DiffuseVocabulary.text(example.prompt())).isEqualTo("<bos> reverse b 7 z =");
  }

  @Test
  void an_answer_is_right_if_the_task_says_so() {
    assertThat(example(ListTask.SORT, "3 1 3").isRight(items("1 3 3 <eos>"))).isTrue();
    assertThat(example(ListTask.SORT, "3 1 3").isRight(items("1 1 3 <eos>"))).isFalse();
    assertThat(example(ListTask.REVERSE, "a b c").isRight(items("c b a"))).isTrue();
    assertThat(example(ListTask.REVERSE, "a b c").isRight(items("a b c"))).isFalse();
    assertThat(example(ListTask.SHUFFLE, "a b c").isRight(items("b a c"))).isTrue();
    assertThat(example(ListTask.SHUFFLE, "a b c").isRight(items("b a a"))).isFalse();
  }

  @Test
  void an_answer_ends_at_the_first_end_of_sequence() {
    ListExample copy = example(ListTask.COPY, "a b c");

    assertThat(copy.isRight(items("a b c <eos> x <eos>"))).isTrue();
    assertThat(copy.isRight(items("a b <eos> c"))).isFalse();
    assertThat(copy.isRight(items("a b c c"))).isFalse();
    assertThat(copy.isRight(new int[0])).isFalse();
  }
}
