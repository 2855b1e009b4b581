package dev.winnow.engine.loop;

import dev.winnow.engine.cache.KvCache;
import dev.winnow.engine.cache.PagePool;
import dev.winnow.engine.cache.SpillFile;
import dev.winnow.engine.sampling.Sampler;
import dev.winnow.engine.technique.Phase;
import dev.winnow.engine.technique.PipelineSession;
import dev.winnow.engine.technique.SequenceContext;
import dev.winnow.engine.technique.TechniquePipeline;
import dev.winnow.kernels.DType;
import dev.winnow.kernels.Kernels;
import dev.winnow.models.AttentionSpec;
import dev.winnow.models.CausalLm;
import java.nio.file.Path;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;

/** A model with its kernels, techniques and memory, ready to compute sequences side by side. */
public final class Decoder implements AutoCloseable {
  private final CausalLm model;
  private final Kernels kernels;
  private final PagePool pages;
  private final SpillFile spillFile;
  private final List<AttentionSpec> attention;
  private final DType kv;
  private final int maxTokens;
  private final int stepRows;
  private final DenseCost denseCost;
  private final BufferPool buffers;
  private final Lifecycle lifecycle = new Lifecycle();
  private final DecoderStep step;
  private final Prefill prefill;

  /**
   * A decoder that owns {@code model} and {@code kernels}.
   *
   * @param kv how keys and values are stored
   * @param maxTokens the most tokens a sequence may have
   * @param chunk tokens that go through the model at once
   * @param kvCacheBytes the most bytes of keys and values of all sequences in memory
   * @param spillFolder where keys and values go that a technique does not keep in memory
   */
  public Decoder(
      CausalLm model,
      Kernels kernels,
      DType kv,
      int maxTokens,
      int chunk,
      long kvCacheBytes,
      Path spillFolder) {
    this.model = model;
    this.kernels = kernels;
    this.kv = kv;
    this.maxTokens = maxTokens;
    this.pages = new PagePool(kvCacheBytes);
    this.spillFile = new SpillFile(spillFolder);
    this.attention =
        IntStream.range(0, model.config().layers()).mapToObj(model::attention).toList();
    this.denseCost = new DenseCost(kernels, kv);
    this.buffers = new BufferPool(model);
    this.step = new DecoderStep(model, kernels, denseCost);
    this.stepRows = Math.min(chunk, maxTokens);
    this.prefill = new Prefill(model, step, buffers, lifecycle, stepRows);
  }

  /** A new, empty sequence. */
  public Sequence open(TechniquePipeline techniques) {
    SequenceContext context =
        new SequenceContext(model.config(), attention, kernels, kv, maxTokens);
    PipelineSession session = techniques.open(context);
    return new Sequence(
        new KvCache(pages, spillFile, attention, kv, maxTokens, session.residency()),
        session,
        attention,
        stepRows);
  }

  /** A new sequence that is computed as a whole in every pass, for bidirectional models. */
  public Canvas openCanvas(TechniquePipeline techniques) {
    return new Canvas(open(techniques), model, step, buffers, lifecycle);
  }

  /** Computes the tokens of {@code sequence} up to {@code upTo}; false if cancelled before that. */
  public boolean fill(Sequence sequence, int upTo, BooleanSupplier cancelled) {
    return prefill.fill(sequence, upTo, cancelled);
  }

  /** Computes all tokens of {@code sequence} that wait and passes on the logits of each. */
  public boolean score(
      Sequence sequence, Phase phase, BooleanSupplier cancelled, LogitsConsumer consumer) {
    return prefill.each(sequence, phase, cancelled, consumer);
  }

  /**
   * Starts generating after the tokens of {@code sequence}.
   *
   * @param topLogProbs alternatives whose log-probability to report; -1 for no log-probabilities
   */
  public GenerationLoop generate(Sequence sequence, Sampler sampler, int topLogProbs) {
    return new GenerationLoop(sequence, prefill, sampler, topLogProbs, model.config().vocabSize());
  }

  /** The model. */
  public CausalLm model() {
    return model;
  }

  /** The kernels. */
  public Kernels kernels() {
    return kernels;
  }

  /** The pages of all sequences. */
  public PagePool pages() {
    return pages;
  }

  /** Bytes of keys and values of all sequences in the slower tier. */
  public long spilledBytes() {
    return spillFile.usedBytes();
  }

  /** The most tokens a sequence may have. */
  public int maxTokens() {
    return maxTokens;
  }

  /** Bytes of keys and values that a sequence of {@code tokens} tokens takes. */
  public long estimateKvBytes(int tokens) {
    return KvCache.estimateBytes(attention, kv, tokens);
  }

  /** Whether it was closed. */
  public boolean isClosed() {
    return lifecycle.isClosed();
  }

  /** Waits for the steps in progress and frees everything but the pages of open sequences. */
  @Override
  public void close() {
    lifecycle.close(
        () -> {
          buffers.close();
          denseCost.close();
          pages.close();
          spillFile.close();
          model.close();
          kernels.close();
        });
  }
}
