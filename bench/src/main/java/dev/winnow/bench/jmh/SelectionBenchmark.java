package dev.winnow.bench.jmh;

import dev.winnow.kernels.AttentionCost;
import dev.winnow.kernels.AttentionOutput;
import dev.winnow.kernels.AttentionPlan;
import dev.winnow.kernels.AttentionPlan.Segment;
import dev.winnow.kernels.Buffer;
import dev.winnow.kernels.DType;
import dev.winnow.kernels.HeadsView;
import dev.winnow.kernels.KeyPages;
import dev.winnow.kernels.KeyRotation;
import dev.winnow.kernels.KeyRows;
import dev.winnow.kernels.KeyStore;
import dev.winnow.kernels.KvPages;
import dev.winnow.kernels.SelectionCost;
import dev.winnow.kernels.cpu.CpuKernels;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What choosing keys costs for one layer and one generated token, next to the dense attention that
 * it is to save: 9 query heads over 3 KV heads of 64, f16.
 *
 * <p>Calls go round enough layers that keys come from memory and not from a warm cache.
 */
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(
    value = 1,
    jvmArgsAppend = {"--add-modules=jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED"})
public class SelectionBenchmark {
  private static final int HEADS = 9;
  private static final int KV_HEADS = 3;
  private static final int HEAD_DIM = 64;
  private static final int PACKED_DIM = 16;
  private static final float SCALE = 0.125f;

  /** Caches, the packed dimensions of their keys, queries, and one row of scores per head. */
  @State(Scope.Benchmark)
  public static class Layers {
    @Param({"2"})
    int threads;

    @Param({"32768"})
    int context;

    @Param({"1024"})
    int selected;

    private final Random random = new Random(1);
    private CpuKernels kernels;
    private KvPages[] layers;
    private KeyPages[] packed;
    private AttentionPlan[] gathered;
    private AttentionPlan dense;
    private HeadsView queries;
    private HeadsView packedQueries;
    private HeadsView output;
    private Buffer scores;
    private Buffer votes;
    private int next;

    /** Allocates at least 200 MB of keys and values, and checks every result once. */
    @Setup
    public void setUp() {
      kernels = new CpuKernels(threads);
      int layerCount = (int) (200_000_000 / (4L * KV_HEADS * HEAD_DIM * context)) + 1;
      layers = new KvPages[layerCount];
      packed = new KeyPages[layerCount];
      gathered = new AttentionPlan[layerCount];
      queries = heads(1, HEADS, HEAD_DIM);
      packedQueries = heads(1, HEADS, PACKED_DIM);
      output = heads(1, HEADS, HEAD_DIM);
      scores = Buffer.allocate(DType.F32, (long) HEADS * context);
      votes = Buffer.allocate(DType.F32, context);
      dense = AttentionPlan.dense(queries, context - 1, 0, SCALE);
      int[][] dims = new int[KV_HEADS][PACKED_DIM];
      for (int[] list : dims) {
        Arrays.setAll(list, d -> 3 * d);
      }
      for (int i = 0; i < layerCount; i++) {
        layers[i] = new KvPages(KV_HEADS, HEAD_DIM, DType.F16);
        fill(layers[i]);
        packed[i] = new KeyPages(KV_HEADS, PACKED_DIM, DType.F16);
        kernels.packKeys(layers[i], 0, context, dims, packed[i]);
        int[] rows = random.ints(0, context).distinct().limit(selected).sorted().toArray();
        KeyRows keys = KeyRows.Gathered.shared(rows);
        gathered[i] =
            new AttentionPlan(
                List.of(new Segment(queries, keys, KeyRotation.AS_STORED)),
                context - 1,
                true,
                0,
                SCALE);
      }
      verify();
    }

    private void fill(KvPages layer) {
      try (Buffer chunk = heads(KvPages.PAGE_TOKENS, KV_HEADS, HEAD_DIM).buffer()) {
        HeadsView rows = HeadsView.dense(chunk, KvPages.PAGE_TOKENS, KV_HEADS, HEAD_DIM);
        while (layer.length() < context) {
          layer.addPage(layer.allocatePage());
          HeadsView part = rows.slice(0, Math.min(KvPages.PAGE_TOKENS, context - layer.length()));
          kernels.appendKv(part, part, layer);
        }
      }
    }

    private HeadsView heads(int rows, int heads, int headDim) {
      Buffer buffer = Buffer.allocate(DType.F32, (long) rows * heads * headDim);
      for (long i = 0; i < buffer.elements(); i++) {
        buffer.setFloat(i, (float) random.nextGaussian());
      }
      return HeadsView.dense(buffer, rows, heads, headDim);
    }

    /** Compares with the definitions in float64; leaves dot products and votes in place. */
    private void verify() {
      verifyScores(packedQueries, packed[0]);
      verifyScores(queries, layers[0]);
      kernels.softVote(scores, HEADS, 1, context, votes);
      double[] expected = new double[context];
      for (int h = 0; h < HEADS; h++) {
        double[] row = row(scores, h);
        double max = Arrays.stream(row).max().orElseThrow();
        double sum = Arrays.stream(row).map(s -> Math.exp(s - max)).sum();
        for (int i = 0; i < context; i++) {
          expected[i] += Math.exp(row[i] - max) / sum;
        }
      }
      for (int i = 0; i < context; i++) {
        require(Math.abs(votes.getFloat(i) - expected[i]) <= 1e-5, "vote", i);
      }
      int[] top = kernels.topK(scores, 0, context, selected);
      double[] sorted = Arrays.stream(row(scores, 0)).sorted().toArray();
      double least = sorted[Math.max(0, context - selected)];
      for (int i : top) {
        require(scores.getFloat(i) >= least, "selected score", i);
      }
      require(
          IntStream.of(top).distinct().count() == Math.min(selected, context),
          "indices",
          top.length);
      verifyGathered();
    }

    private void verifyScores(HeadsView q, KeyStore keys) {
      kernels.scoreKeys(q, keys, 0, context, scores);
      for (int h = 0; h < HEADS; h++) {
        for (int t = 0; t < context; t++) {
          double expected = dot(q, h, keys, t);
          float got = scores.getFloat((long) h * context + t);
          require(Math.abs(got - expected) <= 1e-4, "score", t);
        }
      }
    }

    private void verifyGathered() {
      kernels.attend(gathered[0], layers[0], AttentionOutput.of(output));
      int[] rows = ((KeyRows.Gathered) gathered[0].segments().get(0).keys()).list(0);
      for (int h = 0; h < HEADS; h++) {
        double[] expected = new double[HEAD_DIM];
        double sum = 0;
        for (int t : rows) {
          double weight = Math.exp(dot(queries, h, layers[0], t) * SCALE);
          sum += weight;
          Buffer values = layers[0].page(t / KvPages.PAGE_TOKENS).values();
          long at = layers[0].index(h / (HEADS / KV_HEADS), t);
          for (int d = 0; d < HEAD_DIM; d++) {
            expected[d] += weight * values.getFloat(at + d);
          }
        }
        for (int d = 0; d < HEAD_DIM; d++) {
          float got = output.buffer().getFloat(output.index(0, h) + d);
          require(Math.abs(got - expected[d] / sum) <= 1e-5, "element", d);
        }
      }
    }

    private double[] row(Buffer buffer, int h) {
      return IntStream.range(0, context)
          .mapToDouble(i -> buffer.getFloat((long) h * context + i))
          .toArray();
    }

    private static double dot(HeadsView q, int head, KeyStore keys, int t) {
      long at = keys.index(head / (HEADS / KV_HEADS), t);
      Buffer page = keys.keys(t / KeyStore.PAGE_TOKENS);
      double sum = 0;
      for (int d = 0; d < keys.headDim(); d++) {
        sum += (double) q.buffer().getFloat(q.index(0, head) + d) * page.getFloat(at + d);
      }
      return sum;
    }

    private static void require(boolean condition, String what, int index) {
      if (!condition) {
        throw new IllegalStateException("%s %d is wrong".formatted(what, index));
      }
    }

    private int nextLayer() {
      next = (next + 1) % layers.length;
      return next;
    }

    /** Frees everything. */
    @TearDown
    public void tearDown() {
      kernels.close();
      for (KvPages layer : layers) {
        layer.pages().forEach(KvPages.Page::close);
      }
      for (KeyPages pages : packed) {
        pages.close();
      }
      for (HeadsView view : new HeadsView[] {queries, packedQueries, output}) {
        view.buffer().close();
      }
      scores.close();
      votes.close();
    }
  }

  /** The dense attention that selection is to save. */
  @Benchmark
  public AttentionCost denseAttend(Layers state) {
    KvPages layer = state.layers[state.nextLayer()];
    return state.kernels.attend(state.dense, layer, AttentionOutput.of(state.output));
  }

  /** Attention over the selected rows, scattered evenly. */
  @Benchmark
  public AttentionCost gatheredAttend(Layers state) {
    int i = state.nextLayer();
    return state.kernels.attend(
        state.gathered[i], state.layers[i], AttentionOutput.of(state.output));
  }

  /** Dot products with whole keys: TokenSelect's. */
  @Benchmark
  public SelectionCost scoreWholeKeys(Layers state) {
    KvPages layer = state.layers[state.nextLayer()];
    return state.kernels.scoreKeys(state.queries, layer, 0, state.context, state.scores);
  }

  /** Dot products with 16 packed dimensions of each key: FASA's. */
  @Benchmark
  public SelectionCost scorePackedKeys(Layers state) {
    KeyPages keys = state.packed[state.nextLayer()];
    return state.kernels.scoreKeys(state.packedQueries, keys, 0, state.context, state.scores);
  }

  /** One vote among all heads. */
  @Benchmark
  public Buffer softVote(Layers state) {
    state.kernels.softVote(state.scores, HEADS, 1, state.context, state.votes);
    return state.votes;
  }

  /** The selected rows of one head, on one thread. */
  @Benchmark
  public int[] topK(Layers state) {
    return state.kernels.topK(state.scores, 0, state.context, state.selected);
  }

  /** The selected rows of every head. */
  @Benchmark
  public int[][] topKOfEveryHead(Layers state) {
    return state.kernels.topKRows(state.scores, HEADS, state.context, state.selected);
  }
}
