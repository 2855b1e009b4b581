package dev.winnow.bench.jmh;

import dev.winnow.kernels.AttentionCost;
import dev.winnow.kernels.AttentionOutput;
import dev.winnow.kernels.AttentionPlan;
import dev.winnow.kernels.Buffer;
import dev.winnow.kernels.DType;
import dev.winnow.kernels.HeadsView;
import dev.winnow.kernels.KvPages;
import dev.winnow.kernels.cpu.CpuKernels;
import java.lang.foreign.ValueLayout;
import java.util.Random;
import java.util.concurrent.TimeUnit;
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
 * Attention of one layer, 9 query heads over 3 KV heads of 64: decoding one row behind a context,
 * and causal prefill of a whole prompt.
 *
 * <p>Decoding goes round enough layers that keys and values come from memory, as they do in a
 * model, and not from a cache left warm by the call before.
 */
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(
    value = 1,
    jvmArgsAppend = {"--add-modules=jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED"})
public class AttentionBenchmark {
  private static final int HEADS = 9;
  private static final int KV_HEADS = 3;
  private static final int HEAD_DIM = 64;
  private static final float SCALE = 0.125f;

  /** Threads, queries and caches. */
  private abstract static class Layers {
    final Random random = new Random(1);
    CpuKernels kernels;
    KvPages[] layers;
    HeadsView queries;
    HeadsView output;
    AttentionPlan plan;
    int next;

    void open(int threads, int rows, int length, int layerCount, DType dtype) {
      kernels = new CpuKernels(threads);
      layers = new KvPages[layerCount];
      for (int i = 0; i < layerCount; i++) {
        layers[i] = new KvPages(KV_HEADS, HEAD_DIM, dtype);
        fill(layers[i], length);
      }
      queries = heads(rows, HEADS);
      output = heads(rows, HEADS);
      plan = AttentionPlan.dense(queries, length - rows, 0, SCALE);
      verify();
    }

    AttentionCost attend() {
      KvPages layer = layers[next];
      next = (next + 1) % layers.length;
      return kernels.attend(plan, layer, AttentionOutput.of(output));
    }

    private void fill(KvPages layer, int length) {
      try (Buffer chunk = heads(KvPages.PAGE_TOKENS, KV_HEADS).buffer()) {
        HeadsView rows = HeadsView.dense(chunk, KvPages.PAGE_TOKENS, KV_HEADS, HEAD_DIM);
        while (layer.length() < length) {
          layer.addPage(layer.allocatePage());
          HeadsView part = rows.slice(0, Math.min(KvPages.PAGE_TOKENS, length - layer.length()));
          kernels.appendKv(part, part, layer);
        }
      }
    }

    private HeadsView heads(int rows, int heads) {
      Buffer buffer = Buffer.allocate(DType.F32, (long) rows * heads * HEAD_DIM);
      for (long i = 0; i < buffer.elements(); i++) {
        buffer
            .segment()
            .set(ValueLayout.JAVA_FLOAT_UNALIGNED, 4 * i, (float) random.nextGaussian());
      }
      return HeadsView.dense(buffer, rows, heads, HEAD_DIM);
    }

    /** Compares the last row of every head with the definition, in float64. */
    private void verify() {
      KvPages layer = layers[0];
      kernels.attend(plan, layer, AttentionOutput.of(output));
      int row = queries.rows() - 1;
      for (int head = 0; head < HEADS; head++) {
        double[] expected = new double[HEAD_DIM];
        double sum = 0;
        for (int t = 0; t < layer.length(); t++) {
          KvPages.Page page = layer.page(t / KvPages.PAGE_TOKENS);
          long at = layer.index(head / (HEADS / KV_HEADS), t);
          double score = 0;
          for (int d = 0; d < HEAD_DIM; d++) {
            score +=
                (double) queries.buffer().getFloat(queries.index(row, head) + d)
                    * page.keys().getFloat(at + d);
          }
          double weight = Math.exp(score * SCALE);
          sum += weight;
          for (int d = 0; d < HEAD_DIM; d++) {
            expected[d] += weight * page.values().getFloat(at + d);
          }
        }
        for (int d = 0; d < HEAD_DIM; d++) {
          float got = output.buffer().getFloat(output.index(row, head) + d);
          if (!(Math.abs(got - expected[d] / sum) <= 1e-5)) {
            throw new IllegalStateException(
                "head %d, element %d: got %s, expected %s"
                    .formatted(head, d, got, expected[d] / sum));
          }
        }
      }
    }

    void close() {
      kernels.close();
      for (KvPages layer : layers) {
        layer.pages().forEach(KvPages.Page::close);
      }
      queries.buffer().close();
      output.buffer().close();
    }
  }

  /** One query row behind {@code context} tokens. */
  @State(Scope.Benchmark)
  public static class Decode extends Layers {
    @Param({"2"})
    int threads;

    @Param({"1024", "4096", "16384", "32768"})
    int context;

    @Param({"F16", "BF16"})
    DType kv;

    /** Allocates at least 200 MB of keys and values. */
    @Setup
    public void setUp() {
      long layerBytes = 4L * KV_HEADS * HEAD_DIM * context;
      open(threads, 1, context, (int) (200_000_000 / layerBytes) + 1, kv);
    }

    /** Frees everything. */
    @TearDown
    public void tearDown() {
      close();
    }
  }

  /** A whole prompt of {@code tokens}. */
  @State(Scope.Benchmark)
  public static class Prefill extends Layers {
    @Param({"2"})
    int threads;

    @Param({"512", "2048", "4096"})
    int tokens;

    @Param({"F16"})
    DType kv;

    /** Allocates one layer. */
    @Setup
    public void setUp() {
      open(threads, tokens, tokens, 1, kv);
    }

    /** Frees everything. */
    @TearDown
    public void tearDown() {
      close();
    }
  }

  /** One layer's attention for one generated token. */
  @Benchmark
  public AttentionCost decode(Decode state) {
    return state.attend();
  }

  /** One layer's attention for a prompt. */
  @Benchmark
  public AttentionCost prefill(Prefill state) {
    return state.attend();
  }
}
