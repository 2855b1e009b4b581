package dev.winnow.bench.recall;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.winnow.bench.recall.RecallExample.Question;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class RecallDataTest {
  private static final RecallTask MIXED = new RecallTask(131, 1, 12, 12, 0.5, 3, false, true);

  /** What a sequence states before {@code end}: what follows each name, full stop included. */
  private static Map<Integer, List<Integer>> facts(RecallExample example, int end) {
    Map<Integer, List<Integer>> facts = new HashMap<>();
    for (int i = 0; i < end; i++) {
      if (example.ids()[i] == RecallVocabulary.SET) {
        List<Integer> value = new ArrayList<>();
        int at = i + 2;
        do {
          value.add(example.ids()[at]);
        } while (example.ids()[at++] != RecallVocabulary.STOP);
        facts.put(example.ids()[i + 1], value);
      }
    }
    return facts;
  }

  @Test
  void the_vocabulary_has_512_different_words() {
    assertThat(RecallVocabulary.words()).hasSize(512).doesNotHaveDuplicates();
    assertThat(RecallVocabulary.text(RecallVocabulary.SET, RecallVocabulary.FIRST_NAME))
        .isEqualTo("set amber");
    assertThat(RecallVocabulary.text(RecallVocabulary.FIRST_NUMBER)).isEqualTo("00");
  }

  @Test
  void the_same_seed_gives_the_same_sequences_and_another_seed_others() {
    assertThat(new RecallData(7).next(MIXED).ids()).isEqualTo(new RecallData(7).next(MIXED).ids());
    assertThat(new RecallData(7).next(MIXED).ids())
        .isNotEqualTo(new RecallData(8).next(MIXED).ids());
  }

  @Test
  void every_sequence_has_exactly_the_length_asked_for() {
    RecallData data = new RecallData(1);
    for (int i = 0; i < 50; i++) {
      RecallExample example = data.next(MIXED);

      assertThat(example.ids()).hasSize(132);
      assertThat(example.ids()[0]).isEqualTo(RecallVocabulary.BOS);
    }
  }

  @Test
  void every_answer_follows_from_facts_stated_before_it() {
    RecallData data = new RecallData(2);
    Set<Integer> hops = new HashSet<>();
    for (int i = 0; i < 200; i++) {
      RecallExample example = data.next(MIXED);
      for (Question question : example.questions()) {
        Map<Integer, List<Integer>> known = facts(example, question.start());
        List<Integer> expected = new ArrayList<>(known.get(example.ids()[question.answer() - 1]));
        for (int hop = 1; hop < question.hops(); hop++) {
          // A link is a name and the full stop, which the next fact replaces.
          expected.removeLast();
          expected.addAll(known.get(expected.getLast()));
        }
        assertThat(example.answer(question)).containsExactly(expected.toArray(new Integer[0]));
        hops.add(question.hops());
      }
    }
    assertThat(hops).containsExactlyInAnyOrder(1, 2, 3);
  }

  @Test
  void values_of_one_sequence_start_with_different_numbers() {
    RecallExample example = new RecallData(3).next(RecallTask.needles(400, 64));

    assertThat(facts(example, example.ids().length).values())
        .hasSize(64)
        .extracting(List::getFirst)
        .doesNotHaveDuplicates();
  }

  @Test
  void a_needle_test_asks_for_every_fact_once_behind_all_filler() {
    RecallExample example = new RecallData(4).next(RecallTask.needles(100, 8));

    assertThat(example.questions()).hasSize(8).allMatch(question -> question.hops() == 1);
    assertThat(example.questions())
        .extracting(question -> example.asked(question)[1])
        .doesNotHaveDuplicates();
    int last = example.questions().getLast().end();
    assertThat(last).isEqualTo(101);
    assertThat(example.questions().getFirst().start()).isEqualTo(101 - 8 * 5);
  }

  @Test
  void facts_that_fill_a_sequence_leave_no_room_for_questions() {
    assertThat(new RecallData(5).next(RecallTask.needles(40, 8)).questions()).isEmpty();
  }

  @Test
  void facts_that_do_not_fit_are_refused() {
    assertThatThrownBy(() -> RecallTask.needles(39, 8)).hasMessageContaining("at least 40");
    assertThatThrownBy(() -> RecallTask.needles(4000, 65)).hasMessageContaining("[1, 64]");
  }
}
