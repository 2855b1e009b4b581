package dev.winnow.bench.train;

import java.util.List;

/**
 * The parts of a model card that are written, not measured; Markdown without headings.
 *
 * @param tags for the front matter
 * @param model what kind of model it is
 * @param use how to put a question and what it means
 * @param scoring what the table of scores holds
 * @param repeat how to repeat a row of it
 * @param loss what the loss counts
 * @param data where the sequences come from
 * @param curve what the exact match of the learning curve is of
 */
record CardText(
    List<String> tags,
    String model,
    String use,
    String scoring,
    String repeat,
    String loss,
    String data,
    String curve) {

  /** Copies the list. */
  CardText {
    tags = List.copyOf(tags);
  }
}
