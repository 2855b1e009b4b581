package dev.winnow.engine.testing;

import dev.winnow.kernels.Buffer;
import dev.winnow.kernels.DType;
import dev.winnow.kernels.HeadsView;
import dev.winnow.kernels.RotaryConfig;
import dev.winnow.kernels.RotaryScaling;
import dev.winnow.kernels.RotaryTable;
import dev.winnow.models.AttentionSpec;
import dev.winnow.models.CausalLm;
import dev.winnow.models.ModelConfig;
import dev.winnow.models.WeightFormat;
import dev.winnow.models.Workspace;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.OptionalInt;
import java.util.Random;

/**
 * A tiny Llama-shaped transformer in plain loops: RMS norms, grouped-query attention, a gated MLP,
 * tied embeddings, random weights from a fixed seed.
 */
public final class FakeCausalLm implements CausalLm {
  /** Tokens of the vocabulary. */
  public static final int VOCAB = 61;

  /** Decoder layers. */
  public static final int LAYERS = 2;

  /** Width of the residual stream. */
  public static final int HIDDEN = 16;

  /** Width of the MLP. */
  public static final int INTERMEDIATE = 24;

  /** Query heads. */
  public static final int HEADS = 4;

  /** Key and value heads. */
  public static final int KV_HEADS = 2;

  /** Elements per head. */
  public static final int HEAD_DIM = 4;

  private static final class Layer {
    private final float[][] q;
    private final float[][] k;
    private final float[][] v;
    private final float[][] o;
    private final float[][] gate;
    private final float[][] up;
    private final float[][] down;

    Layer(Random random) {
      q = matrix(random, HEADS * HEAD_DIM, HIDDEN);
      k = matrix(random, KV_HEADS * HEAD_DIM, HIDDEN);
      v = matrix(random, KV_HEADS * HEAD_DIM, HIDDEN);
      o = matrix(random, HIDDEN, HEADS * HEAD_DIM);
      gate = matrix(random, INTERMEDIATE, HIDDEN);
      up = matrix(random, INTERMEDIATE, HIDDEN);
      down = matrix(random, HIDDEN, INTERMEDIATE);
    }
  }

  private final ModelConfig config;
  private final AttentionSpec attention;
  private final float[][] embedding;
  private final Layer[] layers = new Layer[LAYERS];
  private volatile boolean closed;
  private volatile int failAtToken = -1;
  private volatile Runnable beforeStep = () -> {};

  /** A model with a context of {@code context} tokens and no end-of-sequence token. */
  public FakeCausalLm(int context) {
    this(context, 0, List.of());
  }

  /** A model whose layers have a sliding window, 0 for none, and end-of-sequence tokens. */
  public FakeCausalLm(int context, int window, List<Integer> eos) {
    this(context, window, eos, OptionalInt.empty());
  }

  /** A bidirectional model whose mask token is the last of the vocabulary. */
  public static FakeCausalLm maskedDiffusion(int context, List<Integer> eos) {
    return new FakeCausalLm(context, 0, eos, OptionalInt.of(VOCAB - 1));
  }

  private FakeCausalLm(int context, int window, List<Integer> eos, OptionalInt maskToken) {
    config =
        new ModelConfig(
            "fake",
            VOCAB,
            HIDDEN,
            INTERMEDIATE,
            LAYERS,
            HEADS,
            KV_HEADS,
            HEAD_DIM,
            context,
            true,
            eos,
            maskToken);
    RotaryConfig rotary =
        new RotaryConfig(
            100, HEAD_DIM, HEAD_DIM, RotaryConfig.Pairing.HALF_SPLIT, RotaryScaling.NONE);
    attention =
        new AttentionSpec(
            HEADS,
            KV_HEADS,
            HEAD_DIM,
            maskToken.isEmpty(),
            window,
            (float) (1 / Math.sqrt(HEAD_DIM)),
            new RotaryTable(rotary));
    Random random = new Random(7);
    embedding = matrix(random, VOCAB, HIDDEN);
    for (int i = 0; i < LAYERS; i++) {
      layers[i] = new Layer(random);
    }
  }

  private static float[][] matrix(Random random, int rows, int columns) {
    float[][] matrix = new float[rows][columns];
    for (float[] row : matrix) {
      for (int i = 0; i < columns; i++) {
        row[i] = (float) (random.nextGaussian() * 2 / Math.sqrt(columns));
      }
    }
    return matrix;
  }

  /** From now on the last layer fails when token {@code id} is in the step; -1 for never. */
  public void failAtToken(int id) {
    failAtToken = id;
  }

  /** Runs at the start of every step. */
  public void beforeStep(Runnable action) {
    beforeStep = action;
  }

  /** Whether it was closed. */
  public boolean closed() {
    return closed;
  }

  @Override
  public ModelConfig config() {
    return config;
  }

  @Override
  public WeightFormat weights() {
    return WeightFormat.F32;
  }

  @Override
  public long weightBytes() {
    return 4L * (VOCAB * HIDDEN) + 4L * LAYERS * weightsPerLayer();
  }

  @Override
  public AttentionSpec attention(int layer) {
    return attention;
  }

  @Override
  public Workspace newWorkspace(int capacity) {
    return new Rows(capacity);
  }

  @Override
  public void embed(Workspace workspace, int[] ids) {
    if (closed) {
      throw new AssertionError("a step ran on a closed model");
    }
    beforeStep.run();
    Rows rows = (Rows) workspace;
    if (ids.length == 0 || ids.length > rows.capacity) {
      throw new IllegalArgumentException(ids.length + " rows of " + rows.capacity);
    }
    rows.rows = ids.length;
    rows.ids = ids.clone();
    for (int row = 0; row < ids.length; row++) {
      rows.put(rows.hidden, row, embedding[ids[row]]);
    }
  }

  @Override
  public long attentionInput(Workspace workspace, int layer) {
    Rows rows = (Rows) workspace;
    Layer w = layers[layer];
    for (int row = 0; row < rows.rows; row++) {
      float[] x = norm(rows.get(rows.hidden, row, HIDDEN));
      rows.put(rows.queries, row, times(w.q, x));
      rows.put(rows.keys, row, times(w.k, x));
      rows.put(rows.values, row, times(w.v, x));
    }
    return 2L * rows.rows * HIDDEN * (HEADS + 2 * KV_HEADS) * HEAD_DIM;
  }

  @Override
  public long attentionOutput(Workspace workspace, int layer) {
    Rows rows = (Rows) workspace;
    Layer w = layers[layer];
    for (int row = 0; row < rows.rows; row++) {
      if (layer == LAYERS - 1 && rows.ids[row] == failAtToken) {
        throw new IllegalStateException("told to fail at token " + failAtToken);
      }
      float[] hidden = rows.get(rows.hidden, row, HIDDEN);
      add(hidden, times(w.o, rows.get(rows.attended, row, HEADS * HEAD_DIM)));
      float[] x = norm(hidden);
      float[] gate = times(w.gate, x);
      float[] up = times(w.up, x);
      for (int i = 0; i < gate.length; i++) {
        gate[i] = (float) (gate[i] / (1 + Math.exp(-gate[i]))) * up[i];
      }
      add(hidden, times(w.down, gate));
      rows.put(rows.hidden, row, hidden);
    }
    return 2L * rows.rows * (HEADS * HEAD_DIM * HIDDEN + 3L * HIDDEN * INTERMEDIATE);
  }

  private static long weightsPerLayer() {
    return HIDDEN * (2L * HEADS + 2 * KV_HEADS) * HEAD_DIM + 3L * HIDDEN * INTERMEDIATE;
  }

  @Override
  public long layerFlops(int layer) {
    return 2 * weightsPerLayer();
  }

  @Override
  public long headFlops() {
    return 2L * VOCAB * HIDDEN;
  }

  @Override
  public Buffer logits(Workspace workspace, int firstRow, int count) {
    Rows rows = (Rows) workspace;
    Buffer logits = Buffer.allocate(DType.F32, (long) count * VOCAB);
    rows.replaceLogits(logits);
    for (int row = 0; row < count; row++) {
      float[] x = norm(rows.get(rows.hidden, firstRow + row, HIDDEN));
      rows.put(logits, row, times(embedding, x));
    }
    return logits;
  }

  private static float[] norm(float[] x) {
    double squares = 1e-6;
    for (float value : x) {
      squares += value * value / x.length;
    }
    float[] y = new float[x.length];
    for (int i = 0; i < x.length; i++) {
      y[i] = (float) (x[i] / Math.sqrt(squares));
    }
    return y;
  }

  private static float[] times(float[][] matrix, float[] x) {
    float[] y = new float[matrix.length];
    for (int row = 0; row < matrix.length; row++) {
      double sum = 0;
      for (int i = 0; i < x.length; i++) {
        sum += matrix[row][i] * x[i];
      }
      y[row] = (float) sum;
    }
    return y;
  }

  private static void add(float[] to, float[] x) {
    for (int i = 0; i < to.length; i++) {
      to[i] += x[i];
    }
  }

  @Override
  public void close() {
    closed = true;
  }

  /** Row-major activations. */
  private static final class Rows implements Workspace {
    private final int capacity;
    private final Buffer hidden;
    private final Buffer queries;
    private final Buffer keys;
    private final Buffer values;
    private final Buffer attended;
    private Buffer logits = Buffer.allocate(DType.F32, 0);
    private int rows;
    private int[] ids;

    Rows(int capacity) {
      this.capacity = capacity;
      hidden = Buffer.allocate(DType.F32, (long) capacity * HIDDEN);
      queries = Buffer.allocate(DType.F32, (long) capacity * HEADS * HEAD_DIM);
      keys = Buffer.allocate(DType.F32, (long) capacity * KV_HEADS * HEAD_DIM);
      values = Buffer.allocate(DType.F32, (long) capacity * KV_HEADS * HEAD_DIM);
      attended = Buffer.allocate(DType.F32, (long) capacity * HEADS * HEAD_DIM);
    }

    float[] get(Buffer from, int row, int width) {
      return from.toFloats((long) row * width, width);
    }

    void put(Buffer to, int row, float[] x) {
      for (int i = 0; i < x.length; i++) {
        long at = ((long) row * x.length + i) * Float.BYTES;
        to.segment().set(ValueLayout.JAVA_FLOAT_UNALIGNED, at, x[i]);
      }
    }

    void replaceLogits(Buffer buffer) {
      logits.close();
      logits = buffer;
    }

    @Override
    public int capacity() {
      return capacity;
    }

    @Override
    public int rows() {
      return rows;
    }

    @Override
    public Buffer hidden() {
      return hidden;
    }

    @Override
    public HeadsView queries() {
      return HeadsView.dense(queries, rows, HEADS, HEAD_DIM);
    }

    @Override
    public HeadsView keys() {
      return HeadsView.dense(keys, rows, KV_HEADS, HEAD_DIM);
    }

    @Override
    public HeadsView values() {
      return HeadsView.dense(values, rows, KV_HEADS, HEAD_DIM);
    }

    @Override
    public HeadsView attended() {
      return HeadsView.dense(attended, rows, HEADS, HEAD_DIM);
    }

    @Override
    public void keepRows(int[] kept) {
      for (int i = 0; i < kept.length; i++) {
        put(hidden, i, get(hidden, kept[i], HIDDEN));
      }
      rows = kept.length;
    }

    @Override
    public void close() {
      List.of(hidden, queries, keys, values, attended, logits).forEach(Buffer::close);
    }
  }
}
