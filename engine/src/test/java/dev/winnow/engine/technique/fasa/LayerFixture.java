package dev.winnow.engine.technique.fasa;

import dev.winnow.engine.technique.KeyForm;
import dev.winnow.engine.technique.Phase;
import dev.winnow.engine.technique.PlanRequest;
import dev.winnow.engine.technique.SequenceContext;
import dev.winnow.engine.technique.TechniqueSession;
import dev.winnow.kernels.AttentionOutput;
import dev.winnow.kernels.AttentionPlan;
import dev.winnow.kernels.Buffer;
import dev.winnow.kernels.DType;
import dev.winnow.kernels.HeadsView;
import dev.winnow.kernels.Kernels;
import dev.winnow.kernels.KeyRows;
import dev.winnow.kernels.KvPages;
import dev.winnow.kernels.RotaryConfig;
import dev.winnow.kernels.RotaryScaling;
import dev.winnow.kernels.RotaryTable;
import dev.winnow.kernels.cpu.CpuKernels;
import dev.winnow.kernels.cpu.WorkerPool;
import dev.winnow.models.AttentionSpec;
import dev.winnow.models.ModelConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/** One layer of attention with keys, values and a query that a test makes up. */
final class LayerFixture implements AutoCloseable {
  static final int HEAD_DIM = 8;
  static final int CHUNKS = HEAD_DIM / 2;

  final Kernels kernels = new CpuKernels(new WorkerPool(1));
  final AttentionSpec spec;
  final DType dtype;
  final KvPages cache;
  private final List<KvPages.Page> pages = new ArrayList<>();

  LayerFixture(int heads, int kvHeads) {
    this(heads, kvHeads, 0, RotaryConfig.Pairing.HALF_SPLIT, DType.F32);
  }

  LayerFixture(int heads, int kvHeads, int window, RotaryConfig.Pairing layout, DType dtype) {
    RotaryConfig rotary = new RotaryConfig(100, HEAD_DIM, HEAD_DIM, layout, RotaryScaling.NONE);
    this.spec =
        new AttentionSpec(
            heads,
            kvHeads,
            HEAD_DIM,
            window,
            (float) (1 / Math.sqrt(HEAD_DIM)),
            new RotaryTable(rotary));
    this.dtype = dtype;
    this.cache = new KvPages(kvHeads, HEAD_DIM, dtype);
  }

  /** Numbers {@code [rows, heads, HEAD_DIM]}, the same for the same seed. */
  static float[] random(int rows, int heads, long seed) {
    Random random = new Random(seed);
    float[] values = new float[rows * heads * HEAD_DIM];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }

  /** Agreement that ranks {@code chunks[head]} above all others, in both layers of the context. */
  static MeanAgreement preferring(int[]... chunks) {
    float[][] heads = new float[chunks.length][CHUNKS];
    for (int head = 0; head < chunks.length; head++) {
      for (int chunk : chunks[head]) {
        heads[head][chunk] = 1;
      }
    }
    return new MeanAgreement(new float[][][] {heads, heads});
  }

  /** A session on a model of two such layers, of which layer 1 is not dense by default. */
  TechniqueSession open(FasaConfig config, MeanAgreement agreement) {
    ModelConfig model =
        new ModelConfig(
            "test", 10, 8, 8, 2, spec.heads(), spec.kvHeads(), HEAD_DIM, 1000, true, List.of());
    return new FasaSession(
        config, agreement, new SequenceContext(model, List.of(spec, spec), kernels, dtype, 1000));
  }

  /** Stores keys {@code [rows, kvHeads, HEAD_DIM]} with values that tell rows apart. */
  void append(float[] keys, TechniqueSession... sessions) {
    int width = spec.kvHeads() * HEAD_DIM;
    int rows = keys.length / width;
    int first = cache.length();
    while (cache.capacity() < first + rows) {
      KvPages.Page page = cache.allocatePage();
      pages.add(page);
      cache.addPage(page);
    }
    float[] values = random(rows, spec.kvHeads(), 77);
    try (Buffer k = Buffer.of(keys);
        Buffer v = Buffer.of(values)) {
      kernels.appendKv(
          HeadsView.dense(k, rows, spec.kvHeads(), HEAD_DIM),
          HeadsView.dense(v, rows, spec.kvHeads(), HEAD_DIM),
          cache);
    }
    for (TechniqueSession session : sessions) {
      session.onAppend(1, cache, first, rows);
    }
  }

  /** What a generated token with {@code query} {@code [heads, HEAD_DIM]} reads; null for all. */
  int[][] lists(TechniqueSession session, float[] query) {
    try (Buffer queries = Buffer.of(query)) {
      PlanRequest request = request(queries, 1, Phase.DECODE);
      AttentionPlan plan = session.plan(request);
      return plan == request.dense()
          ? null
          : ((KeyRows.Gathered) plan.segments().get(0).keys()).lists();
    }
  }

  /** The result {@code [heads, HEAD_DIM]} for a generated token. */
  float[] attend(TechniqueSession session, float[] query) {
    try (Buffer queries = Buffer.of(query);
        Buffer output = Buffer.allocate(DType.F32, query.length)) {
      AttentionPlan plan = session.plan(request(queries, 1, Phase.DECODE));
      HeadsView to = HeadsView.dense(output, 1, spec.heads(), HEAD_DIM);
      kernels.attend(plan, cache, new AttentionOutput(to, null, null));
      return output.toFloats(0, query.length);
    }
  }

  /** A request for {@code rows} queries that are the last rows of the cache. */
  PlanRequest request(Buffer queries, int rows, Phase phase) {
    HeadsView view = HeadsView.dense(queries, rows, spec.heads(), HEAD_DIM);
    int first = cache.length() - rows;
    return new PlanRequest(
        1, phase, spec, KeyForm.ROTATED, view, null, cache, first, first, kernels);
  }

  /**
   * The {@code count} rows that {@code head} scores highest over {@code chunks}, in plain loops;
   * ties to the lower row.
   */
  int[] expected(float[] query, int head, int[] chunks, ChunkPairing pairing, int count) {
    int kvHead = head / (spec.heads() / spec.kvHeads());
    double[] scores = new double[cache.length()];
    for (int row = 0; row < scores.length; row++) {
      Buffer keys = cache.page(row / KvPages.PAGE_TOKENS).keys();
      for (int chunk : chunks) {
        for (int dim : pairing.dims(chunk, spec.rotary().config())) {
          scores[row] +=
              (double) query[head * HEAD_DIM + dim] * keys.getFloat(cache.index(kvHead, row) + dim);
        }
      }
    }
    return IntStream.range(0, scores.length)
        .boxed()
        .sorted((a, b) -> Double.compare(scores[b], scores[a]))
        .limit(count)
        .mapToInt(Integer::intValue)
        .sorted()
        .toArray();
  }

  @Override
  public void close() {
    pages.forEach(KvPages.Page::close);
    kernels.close();
  }
}
