package dev.winnow.bench.train;

import dev.winnow.bench.glimpse.GlimpseVocabulary;
import dev.winnow.bench.glimpse.Scene;
import dev.winnow.bench.train.GlimpseBatches.LossWeights;
import dev.winnow.bench.train.Schedule.Phase;
import java.util.List;

/** A vision model that is trained in seconds. */
final class MicroGlimpse {
  static final LlamaShape TEXT =
      new LlamaShape(GlimpseVocabulary.words().size(), 24, 2, 2, 1, 8, 20, 10_000, 1e-5, 1024);

  static final GlimpseReference TASK = new GlimpseReference(new VisionShape(24, 3, 3, 28), TEXT);

  static final LossWeights LOSS = new LossWeights(2, 0.5, 2, 2);

  private MicroGlimpse() {}

  static ReferenceRecipe recipe(int seeing, int asking, int whole) {
    return new ReferenceRecipe(
        "micro",
        "Is trained by a test.",
        TASK,
        new Schedule(
            List.of(
                new Phase("see", seeing, 5, some(37, 0), 2, 0.03, 0.03),
                new Phase("ask", asking, 5, some(41, 3), 0, 0.03, 0.03),
                new Phase("whole", whole, 2, some(Scene.PATCHES, 5), 0, 0.02, 0.01))));
  }

  static GlimpseBatches some(int patches, int questions) {
    return new GlimpseBatches(TEXT, patches, 1, questions, LOSS);
  }
}
