package dev.winnow.bench.diagnose;

import dev.winnow.engine.technique.Phase;
import java.util.List;

/**
 * One layer of one step beside dense attention over the rows that the cache still holds; a value
 * per query head, means over the query rows.
 *
 * @param position index in the sequence of the first token of the step
 * @param phase what the tokens are
 * @param layer the layer, from 0
 * @param rows tokens of the step
 * @param keys rows of the cache that dense attention reads
 * @param kept rows that were read
 * @param recall share of the dense attention probability that falls on the rows read
 * @param overlap share of the rows read that are among as many rows of highest dense probability
 * @param relativeError {@code |sparse - dense| / |dense|} of the head's output
 * @param cosine between the two outputs
 * @param logSumExpGap dense minus sparse logarithm of the softmax denominator; the negative
 *     logarithm of the recall where keys stand at their own positions
 */
public record LayerDiagnosis(
    int position,
    Phase phase,
    int layer,
    int rows,
    int keys,
    List<Integer> kept,
    List<Double> recall,
    List<Double> overlap,
    List<Double> relativeError,
    List<Double> cosine,
    List<Double> logSumExpGap) {
  /** Copies the lists. */
  public LayerDiagnosis {
    kept = List.copyOf(kept);
    recall = List.copyOf(recall);
    overlap = List.copyOf(overlap);
    relativeError = List.copyOf(relativeError);
    cosine = List.copyOf(cosine);
    logSumExpGap = List.copyOf(logSumExpGap);
  }
}
