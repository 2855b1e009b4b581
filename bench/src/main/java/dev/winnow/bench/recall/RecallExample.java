package dev.winnow.bench.recall;

import java.util.Arrays;
import java.util.List;

/**
 * A sequence with facts, filler and questions.
 *
 * @param ids the tokens, BOS first
 * @param questions in order
 */
public record RecallExample(int[] ids, List<Question> questions) {

  /**
   * Where a question is.
   *
   * @param start its first token, {@code ?} or {@code chain}
   * @param answer the first token of the answer, which follows the name
   * @param end one past the full stop that ends the answer
   * @param hops steps from the name to the end of the answer
   */
  public record Question(int start, int answer, int end, int hops) {}

  /** Copies the list. */
  public RecallExample {
    questions = List.copyOf(questions);
  }

  /** The tokens of a question as it is asked. */
  public int[] asked(Question question) {
    return Arrays.copyOfRange(ids, question.start(), question.answer());
  }

  /** The tokens of its right answer, with the full stop. */
  public int[] answer(Question question) {
    return Arrays.copyOfRange(ids, question.answer(), question.end());
  }

  /** Where the fact begins that the answer begins with. */
  public int stated(Question question) {
    int name = ids[question.answer() - 1];
    for (int i = 0; i + 1 < question.start(); i++) {
      if (ids[i] == RecallVocabulary.SET && ids[i + 1] == name) {
        return i;
      }
    }
    throw new IllegalStateException("the fact asked for is not stated before the question");
  }
}
