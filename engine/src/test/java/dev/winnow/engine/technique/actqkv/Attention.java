package dev.winnow.engine.technique.actqkv;

import dev.winnow.engine.technique.Attended;
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
import dev.winnow.kernels.KvPages;
import dev.winnow.kernels.RotaryConfig;
import dev.winnow.kernels.RotaryScaling;
import dev.winnow.kernels.RotaryTable;
import dev.winnow.kernels.cpu.CpuKernels;
import dev.winnow.models.AttentionSpec;
import dev.winnow.models.ModelConfig;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.Function;

/**
 * The attention of a model without the model: queries, keys and values of a row are random numbers
 * that depend on its layer and index alone.
 */
final class Attention implements AutoCloseable {
  static final int LAYERS = 2;
  static final int HEADS = 4;
  static final int KV_HEADS = 2;
  static final int DIM = 8;
  static final double THETA = 100;

  /** What a row brings. */
  enum Part {
    QUERIES,
    KEYS,
    VALUES
  }

  private final Kernels kernels = new CpuKernels(1);
  private final AttentionSpec spec;
  private final TechniqueSession session;
  private final List<KvPages> caches = new ArrayList<>();
  private final List<AttentionPlan> plans = new ArrayList<>();
  private int seed;
  private boolean dense;

  /** Layers with a sliding window, 0 for none, under the session that {@code open} makes. */
  Attention(int window, DType kv, Function<SequenceContext, TechniqueSession> open) {
    RotaryConfig rotary =
        new RotaryConfig(THETA, DIM, DIM, RotaryConfig.Pairing.HALF_SPLIT, RotaryScaling.NONE);
    float scale = (float) (1 / Math.sqrt(DIM));
    spec = new AttentionSpec(HEADS, KV_HEADS, DIM, window, scale, new RotaryTable(rotary));
    ModelConfig model =
        new ModelConfig(
            "none", 9, HEADS * DIM, 1, LAYERS, HEADS, KV_HEADS, DIM, 9999, true, List.of());
    session =
        open.apply(
            new SequenceContext(model, Collections.nCopies(LAYERS, spec), kernels, kv, 9999));
    for (int layer = 0; layer < LAYERS; layer++) {
      caches.add(new KvPages(KV_HEADS, DIM, kv));
    }
  }

  private Attention(Attention other) {
    spec = other.spec;
    seed = other.seed;
    session = other.session.fork();
    for (KvPages cache : other.caches) {
      KvPages copy = new KvPages(KV_HEADS, DIM, cache.dtype());
      for (KvPages.Page page : cache.pages()) {
        KvPages.Page own = copy.allocatePage();
        own.keys().segment().copyFrom(page.keys().segment());
        own.values().segment().copyFrom(page.values().segment());
        copy.addPage(own);
      }
      copy.setLength(cache.length());
      caches.add(copy);
    }
  }

  /** Numbers of a row, of its heads one after the other. */
  static float[] row(Part part, int seed, int layer, int row) {
    int heads = part == Part.QUERIES ? HEADS : KV_HEADS;
    Random random = new Random(((seed * 31L + layer) * 100_003 + row) * 3 + part.ordinal());
    float[] values = new float[heads * DIM];
    for (int i = 0; i < values.length; i++) {
      // Some rows are louder, so that weights, masses and rankings differ; in one layer rows have
      // something in common, so that densities differ.
      values[i] = (float) (random.nextGaussian() * (1 + row % 3) * 0.6 + 0.5 * layer);
    }
    return values;
  }

  /** From now on other rows come. */
  void use(int newSeed) {
    seed = newSeed;
  }

  /** From now on the session's plans are asked for but dense ones executed. */
  Attention executingDense() {
    dense = true;
    return this;
  }

  /** Outputs of the next {@code rows} rows, by layer: {@code [rows, HEADS, DIM]}. */
  float[][] step(int rows, Phase phase) {
    float[][] outputs = new float[LAYERS][];
    plans.clear();
    for (int layer = 0; layer < LAYERS; layer++) {
      outputs[layer] = layer(layer, rows, phase);
    }
    return outputs;
  }

  /** One layer of a step. */
  float[] layer(int layer, int rows, Phase phase) {
    KvPages cache = caches.get(layer);
    int first = cache.length();
    while (cache.capacity() < first + rows) {
      cache.addPage(cache.allocatePage());
    }
    try (Buffer q = rows(Part.QUERIES, layer, first, rows);
        Buffer raw = rows(Part.QUERIES, layer, first, rows);
        Buffer k = rows(Part.KEYS, layer, first, rows);
        Buffer v = rows(Part.VALUES, layer, first, rows);
        Buffer out = Buffer.allocate(DType.F32, (long) rows * HEADS * DIM)) {
      kernels.appendKv(
          HeadsView.dense(k, rows, KV_HEADS, DIM), HeadsView.dense(v, rows, KV_HEADS, DIM), cache);
      HeadsView queries = HeadsView.dense(q, rows, HEADS, DIM);
      kernels.rotate(queries, spec.rotary(), first);
      session.onAppend(layer, cache, first, rows);
      PlanRequest request =
          new PlanRequest(
              layer,
              phase,
              spec,
              KeyForm.UNROTATED,
              queries,
              HeadsView.dense(raw, rows, HEADS, DIM),
              cache,
              first,
              first,
              kernels);
      AttentionPlan planned = session.plan(request);
      AttentionPlan plan = dense ? request.dense() : planned;
      plans.add(plan);
      int keys = session.wantsMass(layer, phase) ? plan.mostKeys(HEADS) : 0;
      try (Buffer mass = Buffer.allocate(DType.F32, (long) HEADS * keys)) {
        HeadsView target = HeadsView.dense(out, rows, HEADS, DIM);
        kernels.attend(plan, cache, new AttentionOutput(target, null, keys == 0 ? null : mass));
        session.onAttended(new Attended(layer, phase, plan, cache, keys == 0 ? null : mass, keys));
      }
      return out.toFloats(0, rows * HEADS * DIM);
    }
  }

  private Buffer rows(Part part, int layer, int first, int rows) {
    int width = (part == Part.QUERIES ? HEADS : KV_HEADS) * DIM;
    float[] values = new float[rows * width];
    for (int r = 0; r < rows; r++) {
      System.arraycopy(row(part, seed, layer, first + r), 0, values, r * width, width);
    }
    return Buffer.of(values);
  }

  /** Outputs of the rows up to {@code length}, in prefill steps of at most {@code window} rows. */
  List<float[]> prefill(int length, int window) {
    List<float[]> outputs = new ArrayList<>();
    while (length() < length) {
      int rows = Math.min(window, length - length());
      outputs.addAll(List.of(step(rows, Phase.PREFILL)));
    }
    return outputs;
  }

  /** What attention of each layer read in the last step. */
  List<AttentionPlan> plans() {
    return plans;
  }

  int length() {
    return caches.get(0).length();
  }

  TechniqueSession session() {
    return session;
  }

  /** Forgets rows, as a sequence does. */
  void truncate(int length) {
    caches.forEach(cache -> cache.setLength(Math.min(length, cache.length())));
    session.truncate(length);
  }

  /** The same, apart. */
  Attention fork() {
    return new Attention(this);
  }

  @Override
  public void close() {
    session.close();
    for (KvPages cache : caches) {
      for (KvPages.Page page : cache.dropPages(0)) {
        page.keys().close();
        page.values().close();
      }
    }
    kernels.close();
  }
}
