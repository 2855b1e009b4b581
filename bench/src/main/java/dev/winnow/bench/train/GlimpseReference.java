package dev.winnow.bench.train;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.winnow.bench.Proportion;
import dev.winnow.bench.glimpse.Colour;
import dev.winnow.bench.glimpse.Form;
import dev.winnow.bench.glimpse.GlimpseVocabulary;
import dev.winnow.bench.glimpse.Scene;
import dev.winnow.bench.train.GlimpseBatches.LossWeights;
import dev.winnow.bench.train.Schedule.Phase;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

/**
 * {@code reference:glimpse}: a LLaVA that answers questions about coloured shapes.
 *
 * @param vision its vision transformer
 * @param text its decoder
 */
record GlimpseReference(VisionShape vision, LlamaShape text) implements ReferenceTask {
  /** Added under the roots of all norms. */
  static final double EPSILON = 1e-5;

  private static final long SCORING_SEED = 2;
  private static final int POSITIONS = 1024;

  /** Checks that one head width is enough for both. */
  GlimpseReference {
    if (vision.headDim() != text.headDim() || text.normEpsilon() != EPSILON) {
      throw new IllegalArgumentException(
          "heads of %d and %d, epsilon %s: heads must be of one width and epsilon %s"
              .formatted(vision.headDim(), text.headDim(), text.normEpsilon(), EPSILON));
    }
  }

  /** First the vision transformer alone on some patches, then all of it, in the end on all. */
  static ReferenceRecipe recipe() {
    VisionShape vision = new VisionShape(96, 4, 3, 384);
    LlamaShape text =
        new LlamaShape(
            GlimpseVocabulary.words().size(), 128, 3, 4, 2, 32, 256, 10_000, EPSILON, POSITIONS);
    LossWeights seeing = new LossWeights(8, 1, 3, 0);
    LossWeights asking = new LossWeights(2, 0.5, 2, 2);
    TrainingData some = new GlimpseBatches(text, 128, 0.6, 0, seeing);
    TrainingData asked = new GlimpseBatches(text, 96, 1, 6, asking);
    TrainingData all = new GlimpseBatches(text, Scene.PATCHES, 0, 8, asking);
    return new ReferenceRecipe(
        "glimpse",
        "Answers questions about coloured shapes on cluttered pictures.",
        new GlimpseReference(vision, text),
        new Schedule(
            List.of(
                new Phase("see", 900, 32, some, 50, 0.020, 0.015),
                new Phase("ask", 600, 32, asked, 50, 0.018, 0.012),
                new Phase("whole", 1200, 8, all, 0, 0.012, 0.0004))));
  }

  @Override
  public String program() {
    String model =
        LlamaProgram.resource("blocks")
            + LlamaProgram.resource("vision")
            + LlamaProgram.resource("glimpse");
    return model
            .replace("HEAD_DIM", Integer.toString(text.headDim()))
            .replace("EPSILON", Double.toString(EPSILON))
            .replace("VISION_LAYERS", Integer.toString(vision.layers()))
            .replace("FORMS", Integer.toString(Form.values().length + 1))
            .replace("COLOURS", Integer.toString(Colour.values().length + 1))
        + LlamaProgram.resource("gradients");
  }

  @Override
  public List<Parameter> parameters() {
    return LlavaParameters.of(vision, text);
  }

  @Override
  public Map<String, ObjectNode> documents() {
    return LlavaDocuments.of(vision, text);
  }

  @Override
  public SequencedMap<String, Proportion> scores(Path folder, int questions) throws IOException {
    try (GlimpseScores scores = new GlimpseScores(this, folder)) {
      return scores.table(questions, SCORING_SEED);
    }
  }

  @Override
  public CardText cardText(int questions) {
    return new CardText(
        List.of("synthetic", "vision", "llava"),
        """
        A LLaVA: a CLIP-like vision transformer of %d layers (hidden %d, %d heads of %d, MLP %d, class
        token, %d patches of %d x %d pixels), a projector of two layers, and a Llama of %d layers
        (hidden %d, %d query and %d key-value heads of %d, MLP %d, tied embeddings, RoPE base %.0f) with
        a vocabulary of %d words. The decoder reads what the layer before the last makes of the
        patches. It knows one kind of picture and three kinds of question and nothing else: it is for
        showing and testing what an inference engine does with visual tokens."""
            .formatted(
                vision.layers(),
                vision.hiddenSize(),
                vision.heads(),
                vision.headDim(),
                vision.intermediateSize(),
                Scene.PATCHES,
                Scene.PATCH,
                Scene.PATCH,
                text.layers(),
                text.hiddenSize(),
                text.heads(),
                text.kvHeads(),
                text.headDim(),
                text.intermediateSize(),
                text.ropeTheta(),
                text.vocabSize()),
        """
        The files are laid out as Hugging Face's `llava-1.5` checkpoints are. Pictures have %d x %d
        pixels: two to five shapes of one colour each (`circle square triangle star cross ring`, `red green blue
        yellow purple cyan`) among noise and thin lines. The prompt is `<image>` and one of

            what colour is the star ?
            what shape is the green ?
            how many cyan ?

        where the shape, or the colour, is there once. The answer is one word and the end of text. Where
        something is cannot be asked."""
            .formatted(Scene.SIZE, Scene.SIZE),
        """
        One word, greedy, exact match, with the training program's float32 arithmetic on the float16
        weights. Pictures and questions are seeded and not from the training data; all rows of a kind
        are of the same questions. Where some patches are left out, the vision transformer still sees all and
        the decoder gets some: those that the class token attends to most in the layer before the last
        (mean over heads), or random ones. They keep the positions they have on the grid unless it says
        otherwise. The interval is Wilson's at 95 %.""",
        "`winnow train-reference` writes these scores; `eval` has no suite for pictures yet.",
        """
        That holds for the layers of both transformers; all else is AdamW's. The loss is cross-entropy
        of answers, and besides, to make the vision transformer see, of form and colour of each patch,
        of whether a patch holds an object's centre (those that do count eight times), and of which of
        36 pairs of form and colour the picture has, told by the class token. The heads for that are not
        part of the checkpoint.""",
        """
        Data: the generators in `dev.winnow.bench.glimpse`; every step has a seed of its own. The batch is
        pictures x patches: where not all patches are seen, those of objects are preferred. Questions about a
        picture follow each other, all different. In half of the rows patches that are left out leave no gap
        in the positions.""",
        "on all patches, the exact match is of the answers, and before there are any, of all 36 pairs of a"
            + " picture together");
  }
}
