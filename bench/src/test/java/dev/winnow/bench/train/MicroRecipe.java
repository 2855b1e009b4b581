package dev.winnow.bench.train;

import dev.winnow.bench.diffuse.DiffuseVocabulary;
import dev.winnow.bench.recall.RecallTask;
import dev.winnow.bench.recall.RecallVocabulary;
import java.util.List;

/** A recipe that takes a second. */
final class MicroRecipe {
  static final LlamaShape SHAPE =
      new LlamaShape(RecallVocabulary.words().size(), 24, 2, 2, 1, 8, 20, 10_000, 1e-5, 512);

  static final ReferenceTask TASK = new RecallReference(SHAPE, 112);

  /** Bidirectional, for lists. */
  static final LlamaShape DIFFUSE_SHAPE =
      new LlamaShape(DiffuseVocabulary.words().size(), 24, 2, 3, 3, 8, 20, 10_000, 1e-5, 32);

  static final ReferenceTask DIFFUSE = new DiffuseReference(DIFFUSE_SHAPE);
  static final TrainingData DIFFUSE_DATA = new DiffuseBatches(DIFFUSE_SHAPE);

  private MicroRecipe() {}

  /** Twelve steps in two phases, of sequences up to 96 tokens. */
  static ReferenceRecipe recipe() {
    RecallTask first = new RecallTask(41, 1, 3, 3, 0.5, 3, false, true);
    RecallTask second = new RecallTask(96, 2, 6, 6, 0.5, 3, false, true);
    return new ReferenceRecipe(
        "micro",
        "Is trained by a test.",
        TASK,
        new Schedule(
            List.of(
                new Schedule.Phase("short", 7, 5, new RecallBatches(SHAPE, first), 2, 0.03, 0.03),
                new Schedule.Phase(
                    "long", 5, 3, new RecallBatches(SHAPE, second), 0, 0.02, 0.01))));
  }
}
