package dev.winnow.bench.train;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.winnow.bench.Proportion;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

/**
 * What a reference checkpoint is: its tensors, its loss, its files and what it is asked in the end.
 * Implementations are records, since a training that goes on has to be of the same model.
 */
interface ReferenceTask {

  /**
   * TorchScript methods {@code gradients} and {@code predict} over the inputs of a {@link Batch}
   * and the parameters: see {@link LlamaProgram}.
   */
  String program();

  /** The trained tensors, in the order in which the program takes them. */
  List<Parameter> parameters();

  /** The JSON documents beside the weights, by file name. */
  Map<String, ObjectNode> documents();

  /**
   * Scores a finished checkpoint, with the engine if it can run it.
   *
   * @param questions how many to ask for each score
   * @return exact match by what was asked, in the order of the model card
   */
  SequencedMap<String, Proportion> scores(Path folder, int questions) throws IOException;

  /** What its model card says beyond scores, schedule and learning curve. */
  CardText cardText(int questions);
}
