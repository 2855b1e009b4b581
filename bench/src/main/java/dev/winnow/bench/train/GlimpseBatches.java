package dev.winnow.bench.train;

import dev.winnow.bench.glimpse.GlimpseData;
import dev.winnow.bench.glimpse.GlimpseData.Example;
import dev.winnow.bench.glimpse.GlimpseQuestion;
import dev.winnow.bench.glimpse.Scene;
import dev.winnow.bench.glimpse.SceneObject;
import dev.winnow.bench.train.GlimpseText.Placed;
import dev.winnow.models.torch.TorchScript;
import dev.winnow.models.torch.TorchTensor;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.SequencedMap;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * Scenes of which only some patches are seen: learning from a hundred is several times as cheap as
 * from all, and what is learned holds for all.
 *
 * @param shape the decoder
 * @param patches how many are seen
 * @param preferred how strongly patches of objects are preferred: 0 not at all, 1 all are seen
 * @param questions about each scene; 0 trains the vision transformer alone
 * @param loss weights of the parts of the loss
 */
record GlimpseBatches(
    LlamaShape shape, int patches, double preferred, int questions, LossWeights loss)
    implements TrainingData {
  private static final long EVALUATION_SEED = 0x5EED_0F_E7A1L;
  private static final int EVALUATION_ROWS = 48;
  private static final int EVALUATION_QUESTIONS = 6;

  /** Part of the rows in which patches that are left out leave no gap in the positions. */
  private static final double COMPACT = 0.5;

  /**
   * What parts of the loss count.
   *
   * @param classToken which pairs of form and colour are there, told by the class token
   * @param kinds form and colour of each patch
   * @param centres whether a patch holds the centre of an object
   * @param answers answers to the questions
   */
  record LossWeights(double classToken, double kinds, double centres, double answers) {
    /** Centres are rare: those that are there count more than those that are not. */
    private static final float CENTRE = 8;

    TorchTensor tensor(TorchScript script) {
      float[] weights = {
        (float) classToken, (float) kinds, (float) centres, CENTRE, (float) answers
      };
      return script.floats(weights, weights.length);
    }
  }

  @Override
  public int tokens() {
    return patches;
  }

  @Override
  public Batch batch(TorchScript script, int rows, long seed) {
    return of(script, rows, questions, patches, seed);
  }

  /** All patches are seen. */
  @Override
  public Batch evaluation(TorchScript script) {
    int asked = Math.min(questions, EVALUATION_QUESTIONS);
    return of(script, EVALUATION_ROWS, asked, Scene.PATCHES, EVALUATION_SEED);
  }

  @Override
  public SequencedMap<String, String> figures() {
    SequencedMap<String, String> figures = new LinkedHashMap<>();
    figures.put("questions", Integer.toString(questions));
    figures.put(
        "loss",
        String.format(
            Locale.ROOT,
            "%s class token, %s kinds, %s centres%s",
            loss.classToken(),
            loss.kinds(),
            loss.centres(),
            questions == 0 ? "" : ", " + loss.answers() + " answers"));
    return figures;
  }

  private Batch of(TorchScript script, int rows, int asked, int seen, long seed) {
    GlimpseData data = new GlimpseData(seed);
    SplittableRandom random = new SplittableRandom(~seed);
    List<Scene> scenes = new ArrayList<>();
    List<int[]> chosen = new ArrayList<>();
    List<List<GlimpseQuestion>> texts = new ArrayList<>();
    List<Placed> placed = new ArrayList<>();
    for (int row = 0; row < rows; row++) {
      Example example = data.next(asked);
      scenes.add(example.scene());
      texts.add(example.questions());
      chosen.add(choose(example.scene(), seen, random));
      placed.add(
          random.nextDouble() < COMPACT
              ? Placed.compact(seen)
              : Placed.onGrid(chosen.getLast(), Scene.PATCHES));
    }
    List<TorchTensor> inputs = new ArrayList<>(GlimpsePatches.pixels(script, scenes, chosen));
    inputs.add(loss.tensor(script));
    inputs.addAll(GlimpsePatches.labels(script, scenes, chosen));
    if (asked == 0) {
      return new Batch(
          inputs, kinds(scenes), scenes.stream().map(scene -> SceneObject.KINDS).toList());
    }
    GlimpseText text = GlimpseText.of(script, shape, texts, placed);
    inputs.addAll(text.inputs());
    inputs.add(script.longs(text.targets(), text.targets().length));
    int answers = text.targets().length / GlimpseText.ANSWER_TOKENS;
    return new Batch(
        inputs,
        text.targets(),
        IntStream.range(0, answers).mapToObj(i -> GlimpseText.ANSWER_TOKENS).toList());
  }

  /** Pairs of form and colour on each scene; a scene is right if all are. */
  private static long[] kinds(List<Scene> scenes) {
    float[] kinds = GlimpsePatches.kinds(scenes);
    return IntStream.range(0, kinds.length).mapToLong(i -> (long) kinds[i]).toArray();
  }

  /** Numbers of {@code count} patches, in order. */
  private int[] choose(Scene scene, int count, SplittableRandom random) {
    int[] owners = scene.owners();
    // The centre of a ring is not covered by it, but tells how many there are.
    scene.objects().forEach(object -> owners[Scene.centre(object)] = 0);
    double[] scores = new double[Scene.PATCHES];
    for (int patch = 0; patch < scores.length; patch++) {
      scores[patch] = random.nextDouble() + (owners[patch] < 0 ? 0 : preferred);
    }
    return IntStream.range(0, Scene.PATCHES)
        .boxed()
        .sorted(Comparator.comparingDouble(patch -> -scores[patch]))
        .limit(count)
        .mapToInt(Integer::intValue)
        .sorted()
        .toArray();
  }
}
