package dev.winnow.bench.train;

import dev.winnow.bench.diffuse.DiffuseVocabulary;
import dev.winnow.bench.diffuse.ListData;
import dev.winnow.bench.diffuse.ListExample;
import dev.winnow.bench.diffuse.ListTask;
import dev.winnow.models.torch.TorchScript;
import dev.winnow.models.torch.TorchTensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.SplittableRandom;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.LongStream;

/**
 * Lists whose responses are partly masked, as LLaDA is trained (Nie et al., 2025): each row has a
 * masking ratio t, and the loss of a masked token is divided by it. The ratios of a batch are
 * spread evenly over (0, 1]. All lists of a batch are of one length, so nothing is padded.
 *
 * @param shape the model
 */
record DiffuseBatches(LlamaShape shape) implements TrainingData {
  /** A length for a batch is one of these: long lists are harder. */
  private static final int[] LENGTHS = {3, 4, 5, 6, 6, 7, 7};

  /** A task for a row is one of these. */
  private static final ListTask[] TASKS = {
    ListTask.SORT, ListTask.SORT, ListTask.COPY, ListTask.REVERSE, ListTask.SHUFFLE
  };

  /** Keeps the weight of a token, 1 / t, in bounds. */
  private static final double LEAST_RATIO = 1e-3;

  private static final long EVALUATION_SEED = 0x5EED_0F_E7A1L;
  private static final int EVALUATED = 96;

  /** Tokens of a sequence without its items: BOS, task, sign, response. */
  private static final int FRAME = 3 + ListData.RESPONSE;

  @Override
  public int tokens() {
    return FRAME + ListData.MOST;
  }

  @Override
  public Batch batch(TorchScript script, int rows, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    ListData data = new ListData(random.nextLong());
    int length = LENGTHS[random.nextInt(LENGTHS.length)];
    List<ListExample> examples = new ArrayList<>();
    for (int row = 0; row < rows; row++) {
      examples.add(data.next(TASKS[random.nextInt(TASKS.length)], length));
    }
    double offset = random.nextDouble();
    return masked(script, examples, random, row -> Math.max(LEAST_RATIO, (row + offset) / rows));
  }

  /** The longest lists of the tasks with one answer, all of it predicted in one step. */
  @Override
  public Batch evaluation(TorchScript script) {
    ListData data = new ListData(EVALUATION_SEED);
    List<ListExample> examples = new ArrayList<>();
    for (ListTask task : List.of(ListTask.SORT, ListTask.COPY, ListTask.REVERSE)) {
      for (int i = 0; i < EVALUATED; i++) {
        examples.add(data.next(task, ListData.MOST));
      }
    }
    return masked(script, examples, new SplittableRandom(0), row -> 1);
  }

  @Override
  public SequencedMap<String, String> figures() {
    SequencedMap<String, String> figures = new LinkedHashMap<>();
    figures.put("items", "%d to %d".formatted(ListData.FEWEST, ListData.MOST));
    figures.put("response", Integer.toString(ListData.RESPONSE));
    return figures;
  }

  private Batch masked(
      TorchScript script,
      List<ListExample> examples,
      SplittableRandom random,
      DoubleUnaryOperator ratio) {
    int rows = examples.size();
    int tokens = FRAME + examples.getFirst().items().length;
    long[] ids = new long[rows * tokens];
    LongStream.Builder positions = LongStream.builder();
    LongStream.Builder targets = LongStream.builder();
    float[] weights = new float[rows * ListData.RESPONSE];
    List<Integer> lengths = new ArrayList<>();
    int masked = 0;
    for (int row = 0; row < rows; row++) {
      int[] prompt = examples.get(row).prompt();
      int[] response = examples.get(row).response();
      int start = row * tokens;
      for (int i = 0; i < prompt.length; i++) {
        ids[start + i] = prompt[i];
      }
      double t = ratio.applyAsDouble(row);
      int before = masked;
      for (int i = 0; i < response.length; i++) {
        int at = start + prompt.length + i;
        boolean hidden = random.nextDouble() < t;
        ids[at] = hidden ? DiffuseVocabulary.MASK : response[i];
        if (hidden) {
          positions.add(at);
          targets.add(response[i]);
          weights[masked++] = (float) (1 / (t * rows * ListData.RESPONSE));
        }
      }
      lengths.add(masked - before);
    }
    long[] at = positions.build().toArray();
    long[] right = targets.build().toArray();
    List<TorchTensor> inputs =
        List.of(
            script.longs(ids, rows, tokens),
            LlamaProgram.cosines(script, shape, tokens),
            LlamaProgram.sines(script, shape, tokens),
            script.longs(at, at.length),
            script.longs(right, right.length),
            script.floats(Arrays.copyOf(weights, masked), masked));
    return new Batch(inputs, right, lengths);
  }
}
