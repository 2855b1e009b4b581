package dev.winnow.engine.technique.baseline;

import dev.winnow.engine.cache.KvCache;
import dev.winnow.engine.cache.PagePool;
import dev.winnow.engine.technique.Attended;
import dev.winnow.engine.technique.KeyForm;
import dev.winnow.engine.technique.Phase;
import dev.winnow.engine.technique.PlanRequest;
import dev.winnow.engine.technique.SequenceContext;
import dev.winnow.engine.technique.Technique;
import dev.winnow.engine.technique.TechniqueSession;
import dev.winnow.kernels.AttentionOutput;
import dev.winnow.kernels.AttentionPlan;
import dev.winnow.kernels.Buffer;
import dev.winnow.kernels.DType;
import dev.winnow.kernels.HeadsView;
import dev.winnow.kernels.Kernels;
import dev.winnow.kernels.KvPages;
import dev.winnow.kernels.RotaryConfig;
import dev.winnow.kernels.RotaryScaling;
import dev.winnow.kernels.RotaryTable;
import dev.winnow.kernels.cpu.CpuKernels;
import dev.winnow.models.AttentionSpec;
import dev.winnow.models.ModelConfig;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * Takes random queries, keys and values through the attention of one technique as the loop does,
 * and keeps beside it, in float64, what exact attention would have seen.
 */
final class Steps implements AutoCloseable {
  static final int HEADS = 4;
  static final int KV_HEADS = 2;
  static final int GROUP = HEADS / KV_HEADS;
  static final int DIM = 8;
  private static final double THETA = 100;

  final List<AttentionSpec> specs;
  final KvCache cache;
  final TechniqueSession session;
  private final Kernels kernels = new CpuKernels(1);
  private final PagePool pool = new PagePool(Long.MAX_VALUE);
  private final long seed;
  private final List<List<List<Integer>>> tokenOf = new ArrayList<>();

  /** What one layer did in the last step. */
  record Layer(AttentionPlan plan, boolean dense, float[] output) {}

  private final List<Layer> last = new ArrayList<>();
  private int tokens;
  private int mostRows;

  /** One layer of each of {@code windows}: keys a query sees back, 0 for all. */
  Steps(Technique technique, long seed, int... windows) {
    this.seed = seed;
    RotaryTable rotary =
        new RotaryTable(
            new RotaryConfig(THETA, DIM, DIM, RotaryConfig.Pairing.HALF_SPLIT, RotaryScaling.NONE));
    specs =
        Arrays.stream(windows)
            .mapToObj(
                window ->
                    new AttentionSpec(
                        HEADS, KV_HEADS, DIM, window, (float) (1 / Math.sqrt(DIM)), rotary))
            .toList();
    ModelConfig config =
        new ModelConfig(
            "steps",
            9,
            HEADS * DIM,
            9,
            windows.length,
            HEADS,
            KV_HEADS,
            DIM,
            9999,
            true,
            List.of());
    cache = new KvCache(pool, specs, DType.F32, 9999);
    session = technique.open(new SequenceContext(config, specs, kernels, DType.F32, 9999));
    for (int layer = 0; layer < windows.length; layer++) {
      List<List<Integer>> heads = new ArrayList<>();
      for (int head = 0; head < KV_HEADS; head++) {
        heads.add(new ArrayList<>());
      }
      tokenOf.add(heads);
    }
  }

  /** A prompt in chunks of {@code chunk}. */
  Steps prompt(int length, int chunk) {
    for (int left = length; left > 0; left -= chunk) {
      step(Phase.PREFILL, Math.min(chunk, left));
    }
    return this;
  }

  /** {@code count} generated tokens. */
  Steps decode(int count) {
    for (int i = 0; i < count; i++) {
      step(Phase.DECODE, 1);
    }
    return this;
  }

  /** One step of {@code rows} tokens. */
  Steps step(Phase phase, int rows) {
    last.clear();
    for (int layer = 0; layer < specs.size(); layer++) {
      last.add(layer(layer, phase, rows));
    }
    cache.advance(rows);
    tokens += rows;
    return this;
  }

  /** The most rows a layer ever held. */
  int mostRows() {
    return mostRows;
  }

  /** Takes tokens back, as after a step that failed. */
  Steps truncate(int length) {
    cache.truncate(length);
    session.truncate(length);
    for (List<List<Integer>> heads : tokenOf) {
      heads.forEach(head -> head.removeIf(token -> token >= length));
    }
    tokens = length;
    return this;
  }

  private Layer layer(int layer, Phase phase, int rows) {
    AttentionSpec spec = specs.get(layer);
    KvPages pages = cache.layer(layer);
    if (spec.window() == 0) {
      int[][] kept = session.evict(layer, phase, pages, kernels);
      if (kept != null) {
        cache.keep(layer, kept);
        for (int head = 0; head < KV_HEADS; head++) {
          List<Integer> before = tokenOf.get(layer).get(head);
          tokenOf
              .get(layer)
              .set(head, new ArrayList<>(Arrays.stream(kept[head]).mapToObj(before::get).toList()));
        }
      }
    }
    int first = pages.length();
    int position = cache.nextPosition(layer);
    boolean rotate = session.keyForm() == KeyForm.ROTATED;
    try (Buffer q = Buffer.of(values(layer, 0, HEADS, rows));
        Buffer unrotatedQ = Buffer.of(values(layer, 0, HEADS, rows));
        Buffer k = Buffer.of(values(layer, 1, KV_HEADS, rows));
        Buffer v = Buffer.of(values(layer, 2, KV_HEADS, rows));
        Buffer out = Buffer.allocate(DType.F32, (long) rows * HEADS * DIM)) {
      HeadsView queries = HeadsView.dense(q, rows, HEADS, DIM);
      HeadsView keys = HeadsView.dense(k, rows, KV_HEADS, DIM);
      kernels.rotate(queries, spec.rotary(), position);
      if (rotate) {
        kernels.rotate(keys, spec.rotary(), position);
      }
      cache.reserve(layer, rows);
      kernels.appendKv(keys, HeadsView.dense(v, rows, KV_HEADS, DIM), pages);
      cache.stored(layer, IntStream.range(tokens, tokens + rows).toArray());
      for (List<Integer> head : tokenOf.get(layer)) {
        IntStream.range(tokens, tokens + rows).forEach(head::add);
      }
      mostRows = Math.max(mostRows, pages.length());
      session.onAppend(layer, pages, first, rows);
      PlanRequest request =
          new PlanRequest(
              layer,
              phase,
              spec,
              session.keyForm(),
              queries,
              rotate ? null : HeadsView.dense(unrotatedQ, rows, HEADS, DIM),
              pages,
              first,
              position,
              kernels);
      AttentionPlan plan = session.plan(request);
      boolean wants = session.wantsMass(layer, phase);
      int massKeys = plan.mostKeys(HEADS);
      try (Buffer mass = wants ? Buffer.allocate(DType.F32, (long) HEADS * massKeys) : null) {
        kernels.attend(
            plan, pages, new AttentionOutput(HeadsView.dense(out, rows, HEADS, DIM), null, mass));
        session.onAttended(new Attended(layer, phase, plan, pages, mass, wants ? massKeys : 0));
      }
      return new Layer(plan, plan == request.dense(), out.toFloats(0, rows * HEADS * DIM));
    }
  }

  /** Values of {@code rows} tokens from the next on, of kind 0 query, 1 key, 2 value. */
  private float[] values(int layer, int kind, int heads, int rows) {
    float[] values = new float[rows * heads * DIM];
    for (int row = 0; row < rows; row++) {
      float[] token = token(layer, kind, heads, tokens + row);
      System.arraycopy(token, 0, values, row * token.length, token.length);
    }
    return values;
  }

  private float[] token(int layer, int kind, int heads, int token) {
    Random random = new Random(((seed * 31 + layer) * 31 + kind) * 100_003 + token);
    random.nextLong(); // neighbouring seeds begin alike
    float[] values = new float[heads * DIM];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian() * (kind == 0 ? 2 : 1);
    }
    return values;
  }

  /** What {@code layer} did in the last step. */
  Layer last(int layer) {
    return last.get(layer);
  }

  int tokens() {
    return tokens;
  }

  /** Tokens that query head {@code head} read in the last step, ascending. */
  List<Integer> read(int layer, int head) {
    List<Integer> read = new ArrayList<>();
    for (AttentionPlan.Segment segment : last(layer).plan().segments()) {
      int list = segment.keys().listOf(head, HEADS);
      for (int i = 0; i < segment.keys().count(list); i++) {
        read.add(tokenOf.get(layer).get(head / GROUP).get(segment.keys().row(list, i)));
      }
    }
    Collections.sort(read);
    return read;
  }

  /** Tokens that KV head {@code head} has in memory. */
  List<Integer> stored(int layer, int head) {
    return List.copyOf(tokenOf.get(layer).get(head));
  }

  /** Query of {@code token}, of query head {@code head}, turned to {@code position}. */
  double[] query(int layer, int head, int token, int position) {
    return turned(token(layer, 0, HEADS, token), head, position);
  }

  /** Key of {@code token}, of KV head {@code head}, turned to {@code position}. */
  double[] key(int layer, int head, int token, int position) {
    return turned(token(layer, 1, KV_HEADS, token), head, position);
  }

  private static double[] turned(float[] token, int head, int position) {
    double[] x = new double[DIM];
    for (int i = 0; i < DIM / 2; i++) {
      double angle = position * Math.pow(THETA, -2.0 * i / DIM);
      double a = token[head * DIM + i];
      double b = token[head * DIM + i + DIM / 2];
      x[i] = a * Math.cos(angle) - b * Math.sin(angle);
      x[i + DIM / 2] = b * Math.cos(angle) + a * Math.sin(angle);
    }
    return x;
  }

  static double dot(double[] a, double[] b) {
    return IntStream.range(0, a.length).mapToDouble(i -> a[i] * b[i]).sum();
  }

  /**
   * Probabilities that query head {@code head} of {@code token} gives to {@code keys} under exact
   * attention at their own positions.
   */
  double[] probabilities(int layer, int head, int token, List<Integer> keys) {
    double[] query = query(layer, head, token, token);
    double[] weights =
        keys.stream()
            .mapToDouble(
                key -> Math.exp(dot(query, key(layer, head / GROUP, key, key)) / Math.sqrt(DIM)))
            .toArray();
    double sum = Arrays.stream(weights).sum();
    return Arrays.stream(weights).map(weight -> weight / sum).toArray();
  }

  /** Share of the exact attention of the newest token that the keys read in the last step hold. */
  double recall(int layer, int head) {
    List<Integer> all = IntStream.range(0, tokens).boxed().toList();
    double[] dense = probabilities(layer, head, tokens - 1, all);
    return read(layer, head).stream().mapToDouble(token -> dense[token]).sum();
  }

  /** Output of the newest token if query head {@code head} reads {@code keys} so weighted. */
  double[] output(int layer, int head, List<Integer> keys, double[] weights) {
    double[] sum = new double[DIM];
    for (int i = 0; i < weights.length; i++) {
      float[] value = token(layer, 2, KV_HEADS, keys.get(i));
      for (int d = 0; d < DIM; d++) {
        sum[d] += weights[i] * value[head / GROUP * DIM + d];
      }
    }
    return sum;
  }

  /** Output of the last row of the last step. */
  double[] lastOutput(int layer, int head) {
    float[] all = last(layer).output();
    int from = all.length - HEADS * DIM + head * DIM;
    return IntStream.range(0, DIM).mapToDouble(d -> all[from + d]).toArray();
  }

  /** Pages in use, of all layers. */
  int pages() {
    return pool.usedPages();
  }

  @Override
  public void close() {
    session.close();
    cache.close();
    kernels.close();
    pool.close();
  }
}
