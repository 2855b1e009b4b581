package dev.winnow.bench.text;

import dev.winnow.bench.score.MeanScore;
import dev.winnow.bench.score.TextMetric;
import java.util.OptionalDouble;

/**
 * How well the questions of one place were answered.
 *
 * @param cell which place
 * @param score mean over its questions
 */
public record CellScore(Cell cell, MeanScore score) {

  /**
   * A place.
   *
   * @param task kind of the questions
   * @param metric how they are scored
   * @param maxNewTokens most tokens of an answer
   * @param tokens length of context, question and answer
   * @param depth where the answer lies, if the task has depths
   */
  public record Cell(
      String task, TextMetric metric, int maxNewTokens, int tokens, OptionalDouble depth) {

    static Cell of(TextItem item) {
      Double depth = item.at().get(TextItem.DEPTH);
      return new Cell(
          item.task(),
          item.metric(),
          item.maxNewTokens(),
          item.at().get(TextItem.LENGTH).intValue(),
          depth == null ? OptionalDouble.empty() : OptionalDouble.of(depth));
    }
  }
}
