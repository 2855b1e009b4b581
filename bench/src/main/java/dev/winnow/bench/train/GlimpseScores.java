package dev.winnow.bench.train;

import dev.winnow.bench.Proportion;
import dev.winnow.bench.glimpse.GlimpseData;
import dev.winnow.bench.glimpse.GlimpseData.Example;
import dev.winnow.bench.glimpse.GlimpseQuestion;
import dev.winnow.bench.glimpse.GlimpseQuestion.Kind;
import dev.winnow.bench.glimpse.Scene;
import dev.winnow.bench.train.GlimpseText.Placed;
import dev.winnow.models.checkpoint.Checkpoint;
import dev.winnow.models.checkpoint.Checkpoints;
import dev.winnow.models.torch.TorchScript;
import dev.winnow.models.torch.TorchTensor;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SequencedMap;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * Asks a stored checkpoint about scenes it has not seen, with all patches and with some of them, by
 * means of the training program.
 */
final class GlimpseScores implements AutoCloseable {
  private static final int SCENES_AT_ONCE = 12;
  private static final int QUESTIONS_PER_SCENE = 4;

  /** Which patches the decoder gets. */
  enum Kept {
    BY_CLASS_ATTENTION("by class attention"),
    BY_CLASS_ATTENTION_COMPACT("by class attention, without gaps in the positions"),
    AT_RANDOM("at random");

    private final String words;

    Kept(String words) {
      this.words = words;
    }
  }

  /**
   * A way to ask.
   *
   * @param kept how patches are chosen
   * @param patches how many
   */
  record Way(Kept kept, int patches) {
    String title() {
      return patches == Scene.PATCHES
          ? "all %d patches".formatted(patches)
          : "%d patches %s".formatted(patches, kept.words);
    }
  }

  private static final List<Way> WAYS =
      List.of(
          new Way(Kept.BY_CLASS_ATTENTION, Scene.PATCHES),
          new Way(Kept.BY_CLASS_ATTENTION, 128),
          new Way(Kept.BY_CLASS_ATTENTION, 64),
          new Way(Kept.BY_CLASS_ATTENTION_COMPACT, 64),
          new Way(Kept.AT_RANDOM, 64),
          new Way(Kept.BY_CLASS_ATTENTION, 32),
          new Way(Kept.AT_RANDOM, 32));

  private final GlimpseReference task;
  private final TorchScript script;
  private final List<TorchTensor> weights = new ArrayList<>();

  /** Reads the checkpoint in {@code folder}. */
  GlimpseScores(GlimpseReference task, Path folder) {
    this.task = task;
    this.script = TorchScript.load(task.program(), 1);
    try (Checkpoint checkpoint = Checkpoints.open(folder)) {
      for (Parameter parameter : task.parameters()) {
        float[] values = new float[parameter.size()];
        if (parameter.kept()) {
          MemorySegment read = MemorySegment.ofArray(values);
          long rows = checkpoint.tensors().get(parameter.name()).rows();
          checkpoint.read(parameter.name(), 0, rows, read);
        }
        weights.add(script.floats(values, parameter.dimensions()));
      }
    }
  }

  /** In the order of the task's parameters; those that are not kept are zero. */
  List<TorchTensor> weights() {
    return Collections.unmodifiableList(weights);
  }

  /** Scores of every kind of question and every way to ask, {@code questions} each. */
  SequencedMap<String, Proportion> table(int questions, long seed) {
    SequencedMap<String, Proportion> table = new LinkedHashMap<>();
    Map<Way, Map<Kind, Proportion>> scores = scores(WAYS, questions, seed);
    for (Way way : WAYS) {
      for (Kind kind : Kind.values()) {
        table.put(
            kind.name().toLowerCase(Locale.ROOT) + ", " + way.title(), scores.get(way).get(kind));
      }
    }
    return table;
  }

  /** What is seen of some scenes: features of patches and the class token's attention. */
  private record Seen(float[] features, float[] attention) {}

  /** Scores of {@code ways}, on the same questions: {@code questions} of each kind. */
  Map<Way, Map<Kind, Proportion>> scores(List<Way> ways, int questions, long seed) {
    Map<Way, Map<Kind, Proportion>> scores = new LinkedHashMap<>();
    Map<Kind, Integer> asked = new EnumMap<>(Kind.class);
    GlimpseData data = new GlimpseData(seed);
    SplittableRandom random = new SplittableRandom(~seed);
    while (IntStream.range(0, Kind.values().length)
        .anyMatch(i -> asked.getOrDefault(Kind.values()[i], 0) < questions)) {
      List<Scene> scenes = new ArrayList<>();
      List<Integer> about = new ArrayList<>();
      List<GlimpseQuestion> wanted = new ArrayList<>();
      for (int i = 0; i < SCENES_AT_ONCE; i++) {
        Example example = data.next(QUESTIONS_PER_SCENE);
        for (GlimpseQuestion question : example.questions()) {
          if (asked.getOrDefault(question.kind(), 0) < questions) {
            asked.merge(question.kind(), 1, Integer::sum);
            about.add(i);
            wanted.add(question);
          }
        }
        scenes.add(example.scene());
      }
      if (wanted.isEmpty()) {
        continue;
      }
      Seen seen = look(scenes);
      for (Way way : ways) {
        List<int[]> kept =
            IntStream.range(0, scenes.size()).mapToObj(i -> keep(way, seen, i, random)).toList();
        boolean[] right = answer(way, seen, kept, about, wanted);
        for (int i = 0; i < right.length; i++) {
          scores
              .computeIfAbsent(way, w -> new EnumMap<>(Kind.class))
              .merge(wanted.get(i).kind(), new Proportion(right[i] ? 1 : 0, 1), Proportion::plus);
        }
      }
    }
    return scores;
  }

  private Seen look(List<Scene> scenes) {
    int[] all = IntStream.range(0, Scene.PATCHES).toArray();
    List<TorchTensor> inputs =
        GlimpsePatches.pixels(script, scenes, scenes.stream().map(scene -> all).toList());
    List<TorchTensor> results = script.call("look", inputs, weights);
    Seen seen = new Seen(results.get(0).toFloats(), results.get(1).toFloats());
    inputs.forEach(TorchTensor::close);
    results.forEach(TorchTensor::close);
    return seen;
  }

  private static int[] keep(Way way, Seen seen, int scene, SplittableRandom random) {
    double[] scores = new double[Scene.PATCHES];
    for (int patch = 0; patch < scores.length; patch++) {
      scores[patch] =
          way.kept() == Kept.AT_RANDOM
              ? random.nextDouble()
              : seen.attention()[scene * Scene.PATCHES + patch];
    }
    return IntStream.range(0, Scene.PATCHES)
        .boxed()
        .sorted(Comparator.comparingDouble(patch -> -scores[patch]))
        .limit(way.patches())
        .mapToInt(Integer::intValue)
        .sorted()
        .toArray();
  }

  /** Which questions are answered rightly; question i is about scene {@code about.get(i)}. */
  private boolean[] answer(
      Way way, Seen seen, List<int[]> kept, List<Integer> about, List<GlimpseQuestion> questions) {
    int width = task.vision().hiddenSize();
    int patches = way.patches();
    float[] features = new float[questions.size() * patches * width];
    List<Placed> placed = new ArrayList<>();
    for (int i = 0; i < questions.size(); i++) {
      int scene = about.get(i);
      int[] numbers = kept.get(scene);
      for (int j = 0; j < patches; j++) {
        int from = (scene * Scene.PATCHES + numbers[j]) * width;
        System.arraycopy(seen.features(), from, features, (i * patches + j) * width, width);
      }
      placed.add(
          way.kept() == Kept.BY_CLASS_ATTENTION_COMPACT
              ? Placed.compact(patches)
              : Placed.onGrid(numbers, Scene.PATCHES));
    }
    GlimpseText text =
        GlimpseText.of(script, task.text(), questions.stream().map(List::of).toList(), placed);
    List<TorchTensor> inputs = new ArrayList<>();
    inputs.add(script.floats(features, questions.size(), patches, width));
    inputs.addAll(text.inputs());
    List<TorchTensor> results = script.call("answer", inputs, weights);
    long[] predicted = results.getFirst().toLongs();
    inputs.forEach(TorchTensor::close);
    results.forEach(TorchTensor::close);
    boolean[] right = new boolean[questions.size()];
    for (int i = 0; i < right.length; i++) {
      right[i] =
          predicted[i * GlimpseText.ANSWER_TOKENS] == text.targets()[i * GlimpseText.ANSWER_TOKENS];
    }
    return right;
  }

  @Override
  public void close() {
    script.close();
  }
}
