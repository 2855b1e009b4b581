package dev.winnow.engine.technique.baseline;

import dev.winnow.engine.technique.Attended;
import dev.winnow.engine.technique.Phase;
import dev.winnow.engine.technique.PlanRequest;
import dev.winnow.engine.technique.SequenceContext;
import dev.winnow.engine.technique.TechniqueSession;
import dev.winnow.kernels.AttentionPlan;
import dev.winnow.kernels.Kernels;
import dev.winnow.kernels.KeyRows;
import dev.winnow.kernels.KvPages;

/** {@link H2o} on one sequence. */
final class H2oSession implements TechniqueSession {

  /** What is known of one layer. */
  private static final class Layer {
    private final HeavyHitters hitters;
    private boolean prompt = true;
    private int budget;
    private int evicted;
    private boolean compacting;

    Layer(HeavyHitters hitters) {
      this.hitters = hitters;
    }

    Layer copy() {
      Layer copy = new Layer(hitters.copy());
      copy.prompt = prompt;
      copy.budget = budget;
      copy.evicted = evicted;
      return copy;
    }
  }

  private final H2oConfig config;
  private final SequenceContext context;
  private final Layer[] layers;
  private final Scratch scratch = new Scratch();

  H2oSession(H2oConfig config, SequenceContext context) {
    this(config, context, new Layer[context.attention().size()]);
    forgetAll();
  }

  private H2oSession(H2oConfig config, SequenceContext context, Layer[] layers) {
    this.config = config;
    this.context = context;
    this.layers = layers;
  }

  private void forgetAll() {
    for (int layer = 0; layer < layers.length; layer++) {
      layers[layer] = new Layer(new HeavyHitters(context.attention().get(layer).kvHeads()));
    }
  }

  /** Layers that forget by themselves, and those that somebody else plans, are not followed. */
  private boolean follows(int layer) {
    return layer >= config.denseLayers() && context.attention().get(layer).window() == 0;
  }

  @Override
  public int[][] evict(int index, Phase phase, KvPages cache, Kernels kernels) {
    Layer layer = layers[index];
    HeavyHitters hitters = layer.hitters;
    hitters.settle(cache.length());
    if (phase == Phase.PREFILL) {
      layer.prompt = true;
      return null;
    }
    int tokens = cache.length() + layer.evicted;
    if (layer.prompt) {
      layer.budget = config.budget(tokens);
      layer.prompt = false;
    }
    int before = layer.budget - 1;
    if (tokens + 1 <= config.denseBelow() || hitters.size() <= before) {
      return null;
    }
    int recent = Math.min(before, config.recentOf(layer.budget) - 1);
    hitters.reduce(before, recent, kernels, scratch);
    layer.compacting = cache.length() - before >= H2o.SLACK;
    return layer.compacting ? hitters.living() : null;
  }

  @Override
  public void onAppend(int index, KvPages cache, int firstRow, int rows) {
    if (!follows(index)) {
      return;
    }
    Layer layer = layers[index];
    if (layer.compacting && firstRow == layer.hitters.size()) {
      layer.hitters.renumber();
    }
    layer.compacting = false;
    layer.hitters.forgetFrom(firstRow);
    layer.hitters.add(firstRow, rows);
  }

  @Override
  public AttentionPlan plan(PlanRequest request) {
    Layer layer = layers[request.layer()];
    if (!follows(request.layer())) {
      return request.dense();
    }
    layer.evicted = request.firstPosition() - request.firstRow();
    if (layer.hitters.size() < request.cache().length()) {
      return request.reading(new KeyRows.Gathered(layer.hitters.rows()));
    }
    return layer.evicted == 0
        ? request.dense()
        : request.reading(new KeyRows.Range(0, request.cache().length()));
  }

  @Override
  public boolean wantsMass(int layer, Phase phase) {
    return follows(layer);
  }

  @Override
  public void onAttended(Attended attended) {
    if (attended.mass() == null) {
      return;
    }
    int heads = context.attention().get(attended.layer()).heads();
    layers[attended.layer()].hitters.attended(
        attended.mass(),
        attended.massKeys(),
        heads,
        attended.plan().segments().getFirst().keys(),
        attended.plan().firstPosition());
  }

  @Override
  public void truncate(int length) {
    if (length == 0) {
      forgetAll();
    }
  }

  @Override
  public long bytes() {
    long bytes = 0;
    for (Layer layer : layers) {
      bytes += layer.hitters.bytes();
    }
    return bytes;
  }

  @Override
  public TechniqueSession fork() {
    Layer[] copies = new Layer[layers.length];
    for (int layer = 0; layer < layers.length; layer++) {
      copies[layer] = layers[layer].copy();
    }
    return new H2oSession(config, context, copies);
  }

  @Override
  public void close() {
    scratch.close();
  }
}
