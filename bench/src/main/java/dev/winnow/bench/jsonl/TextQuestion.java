package dev.winnow.bench.jsonl;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A question with its right answers.
 *
 * @param where file and line, for messages
 * @param id its own, or the number of its line
 * @param context what comes before the question, a blank line between them; empty for a prompt that
 *     is not divided
 * @param question the question, or the whole prompt
 * @param answers at least one
 * @param maxNewTokens most tokens of the model's answer, at least 1; empty for the suite's own
 */
public record TextQuestion(
    String where,
    String id,
    Optional<String> context,
    String question,
    List<String> answers,
    OptionalInt maxNewTokens) {
  private static final String BETWEEN = "\n\n";

  /** Copies the list. */
  public TextQuestion {
    answers = List.copyOf(answers);
  }

  /** All of it. */
  String prompt() {
    return context.map(before -> before + BETWEEN + question).orElse(question);
  }

  /** What every question about the same context begins with. */
  Optional<String> beginning() {
    return context.map(before -> before + BETWEEN);
  }
}
