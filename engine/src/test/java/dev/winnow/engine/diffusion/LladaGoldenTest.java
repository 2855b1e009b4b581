package dev.winnow.engine.diffusion;

import static org.assertj.core.api.Assertions.assertThat;

import dev.winnow.engine.loop.Canvas;
import dev.winnow.engine.loop.Decoder;
import dev.winnow.engine.technique.TechniquePipeline;
import dev.winnow.kernels.DType;
import dev.winnow.kernels.cpu.CpuKernels;
import dev.winnow.kernels.cpu.WorkerPool;
import dev.winnow.models.CausalLms;
import dev.winnow.models.WeightFormat;
import dev.winnow.models.checkpoint.Checkpoint;
import dev.winnow.models.checkpoint.Checkpoints;
import dev.winnow.models.checkpoint.TensorInfo;
import dev.winnow.models.testing.GoldenFolders;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The sampler of ML-GSAI/LLaDA, pass by pass; see {@code golden/ORIGIN.md}. */
class LladaGoldenTest {
  private static final Path FOLDER = GoldenFolders.folder(GoldenFolders.LLADA);
  private static final int MASK = 312;
  private static WorkerPool pool;
  private static Decoder decoder;
  private static Checkpoint expected;

  @BeforeAll
  static void load() {
    pool = new WorkerPool(1);
    decoder =
        new Decoder(
            CausalLms.load(Checkpoints.open(FOLDER), WeightFormat.F32, pool),
            new CpuKernels(1),
            DType.F32,
            256,
            // Shorter than every canvas: a canvas goes through the model as a whole all the same.
            16,
            Long.MAX_VALUE,
            Path.of(System.getProperty("java.io.tmpdir")));
    expected = Checkpoints.open(FOLDER.resolve("expected.safetensors"));
  }

  @AfterAll
  static void close() {
    decoder.close();
    pool.close();
    expected.close();
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "quota_32_32_32, 32, 32, 32",
    "quota_32_8_16, 32, 8, 16",
    "quota_24_12_12, 24, 12, 12",
    "quota_remainder_32_32_12, 32, 32, 12",
    "quota_more_steps_than_tokens_16_8_24, 16, 8, 24"
  })
  void every_pass_keeps_the_tokens_that_the_authors_code_keeps(
      String name, int genLength, int blockLength, int steps) {
    DiffusionConfig config =
        DiffusionConfig.builder()
            .genLength(genLength)
            .blockLength(blockLength)
            .steps(steps)
            .build();

    assertThat(canvases(name, config, new SplittableRandom(1)))
        .isEqualTo(expectedCanvases(name, genLength));
  }

  @Test
  void random_remasking_keeps_the_tokens_with_the_largest_numbers() {
    DiffusionConfig config =
        DiffusionConfig.builder()
            .genLength(24)
            .blockLength(12)
            .steps(12)
            .remasking(Remasking.RANDOM)
            .build();
    List<List<Integer>> right = expectedCanvases("random_24_12_12", 24);
    // The authors draw for every place, we for those that are masked in the block at hand.
    float[] drawn = floats("random_24_12_12.uniform");
    Deque<Double> numbers = new ArrayDeque<>();
    for (int pass = 0; pass < 12; pass++) {
      int block = pass / 6 * 12;
      for (int i = block; i < block + 12; i++) {
        if (right.get(pass).get(i) == MASK) {
          numbers.add((double) drawn[pass * 24 + i]);
        }
      }
    }

    assertThat(canvases("random_24_12_12", config, replaying(numbers))).isEqualTo(right);
    assertThat(numbers).isEmpty();
  }

  @Test
  void temperature_adds_gumbel_noise_to_the_logits() {
    float[] logits = floats("logits");
    int[] right = ids("gumbel.argmax");
    int width = logits.length / ids("input_ids").length;
    Deque<Double> numbers = new ArrayDeque<>();
    for (float number : floats("gumbel.uniform")) {
      numbers.add((double) number);
    }
    TokenPredictor predictor =
        new TokenPredictor(MASK, 0.7, Remasking.LOW_CONFIDENCE, replaying(numbers));

    for (int row = 0; row < right.length; row++) {
      float[] scores = Arrays.copyOfRange(logits, row * width, (row + 1) * width);
      assertThat(predictor.predict(row, scores).id()).isEqualTo(right[row]);
    }
  }

  /** Responses before the first pass and after each. */
  private static List<List<Integer>> canvases(
      String name, DiffusionConfig config, RandomGenerator random) {
    List<List<Integer>> canvases = new ArrayList<>();
    try (Canvas canvas = decoder.openCanvas(new TechniquePipeline(List.of(), 2))) {
      DiffusionLoop loop =
          new DiffusionLoop(canvas, ids(name + ".prompt"), MASK, Set.of(), config, random);
      canvases.add(boxed(loop.response()));
      assertThat(loop.run(() -> false, (pass, response) -> canvases.add(boxed(response)))).isTrue();
    }
    return canvases;
  }

  /** Without the passes that change nothing, which Winnow leaves out. */
  private static List<List<Integer>> expectedCanvases(String name, int genLength) {
    int[] all = ids(name + ".canvases");
    List<List<Integer>> canvases = new ArrayList<>();
    for (int from = 0; from < all.length; from += genLength) {
      List<Integer> canvas = boxed(Arrays.copyOfRange(all, from, from + genLength));
      if (canvases.isEmpty() || !canvases.getLast().equals(canvas)) {
        canvases.add(canvas);
      }
    }
    return canvases;
  }

  private static RandomGenerator replaying(Deque<Double> numbers) {
    return new RandomGenerator() {
      @Override
      public long nextLong() {
        throw new UnsupportedOperationException();
      }

      @Override
      public double nextDouble() {
        return numbers.remove();
      }
    };
  }

  private static List<Integer> boxed(int[] ids) {
    return Arrays.stream(ids).boxed().toList();
  }

  private static int[] ids(String name) {
    float[] values = floats(name);
    int[] ids = new int[values.length];
    for (int i = 0; i < ids.length; i++) {
      ids[i] = (int) values[i];
    }
    return ids;
  }

  private static float[] floats(String name) {
    TensorInfo info = expected.tensors().get(name);
    float[] values = new float[Math.toIntExact(info.elements())];
    expected.read(name, 0, info.rows(), MemorySegment.ofArray(values));
    return values;
  }
}
