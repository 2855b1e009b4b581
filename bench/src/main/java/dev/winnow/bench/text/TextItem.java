package dev.winnow.bench.text;

import dev.winnow.bench.score.TextMetric;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A question of a seeded suite.
 *
 * @param key of the item in its suite, {@code task/length/depth/repetition} or without the depth;
 *     the same for every seed
 * @param task its kind
 * @param at where it lies: {@code length} in tokens and, if the task has one, {@code depth} in [0,
 *     1]
 * @param context what comes before the question, the blank between them included
 * @param question what is asked
 * @param answerStart what the answer begins with, put in the model's mouth, and the blank before it
 * @param references the right answers, at least one
 * @param metric how an answer is scored
 * @param maxNewTokens most tokens of an answer
 */
public record TextItem(
    String key,
    String task,
    Map<String, Double> at,
    String context,
    String question,
    String answerStart,
    List<String> references,
    TextMetric metric,
    int maxNewTokens) {

  /** Key of {@link #at()} for tokens of the prompt and the answer. */
  public static final String LENGTH = "length";

  /** Key of {@link #at()} for the share of the haystack before the answer. */
  public static final String DEPTH = "depth";

  /** Copies map and list, keeping their order. */
  public TextItem {
    at = Collections.unmodifiableMap(new LinkedHashMap<>(at));
    references = List.copyOf(references);
  }

  /** All that a model without chat format reads. */
  public String prompt() {
    return context + question + answerStart;
  }

  /** How right {@code answer} is, in [0, 1]. */
  public double score(String answer) {
    return metric.score(answer, references);
  }
}
