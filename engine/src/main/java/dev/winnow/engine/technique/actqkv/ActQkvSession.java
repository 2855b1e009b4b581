package dev.winnow.engine.technique.actqkv;

import dev.winnow.engine.technique.Attended;
import dev.winnow.engine.technique.KeyForm;
import dev.winnow.engine.technique.Phase;
import dev.winnow.engine.technique.PlanRequest;
import dev.winnow.engine.technique.Residency;
import dev.winnow.engine.technique.SequenceContext;
import dev.winnow.engine.technique.TechniqueSession;
import dev.winnow.kernels.AttentionPlan;
import dev.winnow.kernels.AttentionPlan.Reach;
import dev.winnow.kernels.AttentionPlan.Segment;
import dev.winnow.kernels.Buffer;
import dev.winnow.kernels.HeadsView;
import dev.winnow.kernels.KeyPages;
import dev.winnow.kernels.KeyRotation;
import dev.winnow.kernels.KeyRows;
import dev.winnow.kernels.RotaryTable;
import dev.winnow.models.AttentionSpec;
import java.util.Arrays;
import java.util.List;

/** {@link ActQkv} or {@link InfLlm} at work on one sequence. */
final class ActQkvSession implements TechniqueSession {
  private static final int NO_LAYER = Integer.MAX_VALUE;

  private final ActQkvConfig config;
  private final SequenceContext context;
  private final boolean denseIfAllFits;
  private final LayerState[] layers; // null where attention stays dense
  private final BlockBudget budget;
  private final Scratch scratch = new Scratch();
  private int lastLayer = NO_LAYER;

  /** What one layer has learnt; the probe is shared by layers of one shape. */
  private record LayerState(BlockMemory memory, RunningStatistics statistics, ProbeQuery probe) {}

  /**
   * An empty session.
   *
   * @param denseIfAllFits whether attention is dense where a sparse plan reads no less
   */
  ActQkvSession(ActQkvConfig config, SequenceContext context, boolean denseIfAllFits) {
    this(
        config,
        context,
        denseIfAllFits,
        new BlockBudget(
            context.config().layers(), config.allocation(), config.minShare(), config.maxShare()));
    for (int layer = 0; layer < layers.length; layer++) {
      if (mayBeSparse(context.attention().get(layer))) {
        layers[layer] = newState(layer);
      }
    }
  }

  private ActQkvSession(
      ActQkvConfig config, SequenceContext context, boolean denseIfAllFits, BlockBudget budget) {
    this.config = config;
    this.context = context;
    this.denseIfAllFits = denseIfAllFits;
    this.budget = budget;
    layers = new LayerState[context.config().layers()];
  }

  private boolean mayBeSparse(AttentionSpec spec) {
    if (spec.window() > 0 && spec.window() <= config.window()) {
      return false;
    }
    int most = context.maxTokens();
    return !denseIfAllFits || (most > config.tokenBudget().of(most) && most >= config.denseBelow());
  }

  private LayerState newState(int layer) {
    AttentionSpec spec = context.attention().get(layer);
    BlockMemory memory =
        new BlockMemory(config.shape(), spec.heads(), spec.kvHeads(), spec.headDim(), context.kv());
    return state(layer, memory, new RunningStatistics(columns(layer)));
  }

  /** A layer of what it learnt, and of what it shares with an earlier one. */
  private LayerState state(int layer, BlockMemory memory, RunningStatistics own) {
    for (int other = 0; other < layer; other++) {
      if (layers[other] != null && columns(other) == columns(layer)) {
        boolean global = config.statistics() == Statistics.GLOBAL;
        RunningStatistics statistics = global ? layers[other].statistics() : own;
        return new LayerState(memory, statistics, layers[other].probe());
      }
    }
    ProbeQuery probe =
        new ProbeQuery(config.probe(), config.statistics(), config.prefillWindow(), columns(layer));
    return new LayerState(memory, own, probe);
  }

  private int columns(int layer) {
    AttentionSpec spec = context.attention().get(layer);
    return spec.heads() * spec.headDim();
  }

  @Override
  public KeyForm keyForm() {
    return KeyForm.UNROTATED;
  }

  @Override
  public Residency residency(int layer) {
    return layers[layer] == null ? Residency.IN_MEMORY : config.residency();
  }

  @Override
  public int maxRows() {
    return config.prefillWindow();
  }

  @Override
  public boolean wantsMass(int layer, Phase phase) {
    return layers[layer] != null;
  }

  @Override
  public void onAttended(Attended attended) {
    LayerState state = layers[attended.layer()];
    if (state != null) {
      KeyRows.Range keys = (KeyRows.Range) attended.plan().segments().get(0).keys();
      state.memory().attended(attended.mass(), attended.massKeys(), keys.from());
    }
  }

  @Override
  public AttentionPlan plan(PlanRequest request) {
    LayerState state = layers[request.layer()];
    if (state == null) {
      return request.dense();
    }
    begin(request, state.memory());
    int farEnd = request.firstRow() + request.rows() - config.window();
    FarRows far =
        new FarRows(
            config.init(),
            config.blockSize(),
            state.memory().open(),
            request.firstVisibleRow(),
            farEnd);
    boolean sparse = isSparse(request, state.memory(), far);
    boolean learns =
        state.probe().learns() && !(config.freezeAtDecode() && request.phase() == Phase.DECODE);
    if (!sparse && !learns) {
      return request.dense();
    }
    HeadsView farQueries = farQueries(request);
    if (learns) {
      state.probe().learn(farQueries, state.statistics());
    }
    if (!sparse) {
      return request.dense();
    }
    return reading(request, far.with(retrieve(request, state, far, farQueries)), farQueries);
  }

  /** Makes what the last step taught final, or takes it back if the sequence was cut before it. */
  private void begin(PlanRequest request, BlockMemory memory) {
    BlockMemory.Lost lost = memory.advance(request.cache(), request.firstRow(), request.rows());
    if (request.layer() <= lastLayer) {
      giveUp(lost);
      for (LayerState state : layers) {
        if (state != null) {
          state.statistics().commit();
        }
      }
      budget.beginStep(config.averageBlocks(request.firstRow() + request.rows()));
    }
    lastLayer = request.layer();
  }

  private void giveUp(BlockMemory.Lost lost) {
    if (lost == BlockMemory.Lost.NOTHING) {
      return;
    }
    boolean all = lost == BlockMemory.Lost.MORE;
    for (LayerState state : layers) {
      if (state != null && all) {
        state.statistics().clear();
      } else if (state != null) {
        state.statistics().rollback();
      }
    }
    if (all) {
      budget.clear();
    } else {
      budget.rollback();
    }
  }

  private boolean isSparse(PlanRequest request, BlockMemory memory, FarRows far) {
    int length = request.firstRow() + request.rows();
    if (far.to() <= far.from()) {
      return false; // nothing is far
    }
    if (!denseIfAllFits) {
      return true;
    }
    if (length <= config.tokenBudget().of(length) || length < config.denseBelow()) {
      return false;
    }
    int candidates = Math.max(0, memory.blocks() - far.firstBlock());
    KeyPages index = memory.representatives();
    long indexBytes = (long) candidates * index.headDim() * index.dtype().bytes();
    int blocks = Math.min(candidates, config.averageBlocks(length));
    long rows = (long) length - localFrom(request) + far.count(blocks);
    long rowBytes = request.cache().bytesPerToken();
    return rows * rowBytes + indexBytes < (length - request.firstVisibleRow()) * rowBytes;
  }

  private int localFrom(PlanRequest request) {
    return Math.max(request.firstVisibleRow(), request.firstRow() - config.window() + 1);
  }

  /** The queries as they meet keys that stand at position 0. */
  private HeadsView farQueries(PlanRequest request) {
    HeadsView queries = scratch.copyOf(request.unrotatedQueries());
    int[] positions = new int[queries.rows()];
    Arrays.fill(positions, config.window() - 1);
    request.kernels().rotate(queries, request.spec().rotary(), positions);
    return queries;
  }

  /** Blocks to read, ascending. */
  private int[] retrieve(PlanRequest request, LayerState state, FarRows far, HeadsView farQueries) {
    int first = far.firstBlock();
    int count = Math.max(0, state.memory().blocks() - first);
    boolean uniform = !budget.wantsDensity();
    int granted = uniform ? budget.allocate(request.layer(), count, request.phase()) : 0;
    if (count == 0 || granted == count) {
      return range(first, count);
    }
    KeyPages index = state.memory().representatives();
    double[] probe = state.probe().of(farQueries, state.statistics());
    HeadsView head = scratch.probe(probe, index.headDim(), request.spec().headDim());
    Buffer scores = scratch.scores(count);
    if (config.ranking() == Ranking.COSINE) {
      request.kernels().blockScores(head, index, first, first + count, scores);
    } else {
      request.kernels().scoreKeys(head, index, first, first + count, scores);
    }
    if (!uniform) {
      if (count > 1) { // one block has no entropy
        budget.sample(request.layer(), DensityHistory.of(scores, count, config.temperature()));
      }
      granted = budget.allocate(request.layer(), count, request.phase());
    }
    int[] blocks = request.kernels().topK(scores, 0, count, granted);
    for (int i = 0; i < blocks.length; i++) {
      blocks[i] += first;
    }
    return blocks;
  }

  private static int[] range(int first, int count) {
    int[] blocks = new int[count];
    Arrays.setAll(blocks, i -> first + i);
    return blocks;
  }

  private AttentionPlan reading(PlanRequest request, int[] farRows, HeadsView farQueries) {
    RotaryTable rotary = request.spec().rotary();
    KeyRotation own = new KeyRotation.TruePosition(rotary);
    int length = request.firstRow() + request.rows();
    Segment local =
        new Segment(
            request.queries(),
            new KeyRows.Range(localFrom(request), length),
            own,
            new Reach(0, config.window() - 1));
    boolean clamped = config.farPositions() == FarPositions.CLAMPED;
    Segment far =
        new Segment(
            clamped ? farQueries : request.queries(),
            KeyRows.Gathered.shared(farRows),
            clamped ? atZero(rotary) : own,
            new Reach(config.window(), Integer.MAX_VALUE));
    return request.reading(List.of(local, far));
  }

  /** Position 0 leaves a key as it is stored, unless the rotation scales as well. */
  private static KeyRotation atZero(RotaryTable rotary) {
    float[] cos = rotary.block(0).cos();
    return cos.length == 0 || cos[0] == 1f
        ? KeyRotation.AS_STORED
        : new KeyRotation.Fixed(rotary, 0);
  }

  @Override
  public void truncate(int length) {
    BlockMemory.Lost most = BlockMemory.Lost.NOTHING;
    for (LayerState state : layers) {
      if (state != null) {
        BlockMemory.Lost lost = state.memory().forget(length);
        most = lost.compareTo(most) > 0 ? lost : most;
      }
    }
    giveUp(most);
  }

  @Override
  public long bytes() {
    long bytes = scratch.bytes();
    for (LayerState state : layers) {
      bytes += state == null ? 0 : state.memory().bytes() + state.statistics().bytes();
    }
    return bytes;
  }

  @Override
  public TechniqueSession fork() {
    ActQkvSession fork = new ActQkvSession(config, context, denseIfAllFits, budget.copy());
    fork.lastLayer = lastLayer;
    for (int layer = 0; layer < layers.length; layer++) {
      if (layers[layer] != null) {
        BlockMemory memory = layers[layer].memory().copy();
        fork.layers[layer] = fork.state(layer, memory, layers[layer].statistics().copy());
      }
    }
    return fork;
  }

  @Override
  public void close() {
    scratch.close();
    for (LayerState state : layers) {
      if (state != null) {
        state.memory().close();
      }
    }
  }
}
