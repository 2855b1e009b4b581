package dev.winnow.bench.train;

import dev.winnow.models.torch.TorchScript;
import java.util.SequencedMap;

/**
 * The sequences of a phase. Implementations are records, since a training that goes on has to be of
 * the same data.
 */
interface TrainingData {

  /** Tokens of the longest sequence. */
  int tokens();

  /** Sequences to learn from; the same seed gives the same. */
  Batch batch(TorchScript script, int rows, long seed);

  /** Sequences to score the model on while it learns; always the same. */
  Batch evaluation(TorchScript script);

  /** What tells these data from those of other phases, for the model card: title and value. */
  SequencedMap<String, String> figures();
}
