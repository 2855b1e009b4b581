package dev.winnow.bench.glimpse;

import static org.assertj.core.api.Assertions.assertThat;

import dev.winnow.bench.glimpse.GlimpseData.Example;
import dev.winnow.bench.glimpse.GlimpseQuestion.Kind;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class GlimpseDataTest {
  private static List<Example> examples(long seed, int count, int questions) {
    GlimpseData data = new GlimpseData(seed);
    return IntStream.range(0, count).mapToObj(i -> data.next(questions)).toList();
  }

  /** The answer read off the objects, from the words of the question alone. */
  private static String answer(Scene scene, String question) {
    String[] words = question.split(" ");
    List<SceneObject> meant =
        scene.objects().stream()
            .filter(
                object -> {
                  String word = words[words.length - 2];
                  return object.form().word().equals(word) || object.colour().word().equals(word);
                })
            .toList();
    if (words[0].equals("how")) {
      return Integer.toString(meant.size());
    }
    assertThat(meant).as(question).hasSize(1);
    SceneObject object = meant.getFirst();
    return words[1].equals("colour") ? object.colour().word() : object.form().word();
  }

  @Test
  void answers_are_right_and_what_is_asked_for_is_there_once() {
    for (Example example : examples(1, 300, 8)) {
      for (GlimpseQuestion question : example.questions()) {
        assertThat(question.answer()).isEqualTo(answer(example.scene(), question.text()));
      }
    }
  }

  @Test
  void questions_about_a_scene_are_different_and_as_many_as_wanted_if_there_are_so_many() {
    for (Example example : examples(2, 100, 6)) {
      assertThat(example.questions()).doesNotHaveDuplicates().hasSizeLessThanOrEqualTo(6);
      // Six counts can always be asked, but absent colours come up seldom.
      assertThat(example.questions()).hasSizeGreaterThanOrEqualTo(4);
    }
    assertThat(examples(2, 5, 0)).allMatch(example -> example.questions().isEmpty());
  }

  @Test
  void all_kinds_and_all_numbers_up_to_three_are_asked() {
    List<GlimpseQuestion> all =
        examples(3, 400, 4).stream().flatMap(example -> example.questions().stream()).toList();

    assertThat(all.stream().map(GlimpseQuestion::kind).collect(Collectors.toSet()))
        .containsExactlyInAnyOrder(Kind.values());
    assertThat(all.stream().map(GlimpseQuestion::answer).collect(Collectors.toSet()))
        .contains("0", "1", "2", "3", "red", "cyan", "circle", "ring");
    long counts = all.stream().filter(question -> question.kind() == Kind.COUNT).count();
    assertThat((double) counts / all.size()).isBetween(0.3, 0.55);
  }

  @Test
  void every_word_is_in_the_vocabulary() {
    assertThat(GlimpseVocabulary.words()).hasSize(31).doesNotHaveDuplicates();
    assertThat(GlimpseVocabulary.ids("<bos> <image> what is 5 elephant"))
        .containsExactly(1, 3, 5, 8, 30, 4);
    for (Example example : examples(4, 50, 6)) {
      for (GlimpseQuestion question : example.questions()) {
        assertThat(GlimpseVocabulary.ids(question.text() + " " + question.answer()))
            .doesNotContain(GlimpseVocabulary.UNKNOWN);
      }
    }
  }

  @Test
  void the_same_seed_asks_the_same() {
    List<GlimpseQuestion> first = examples(5, 4, 5).getLast().questions();
    assertThat(examples(5, 4, 5).getLast().questions()).isEqualTo(first);
    assertThat(examples(6, 4, 5).getLast().questions()).isNotEqualTo(first);
  }
}
