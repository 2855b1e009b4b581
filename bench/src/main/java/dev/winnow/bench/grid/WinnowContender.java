package dev.winnow.bench.grid;

import dev.winnow.engine.GenerationConfig;
import dev.winnow.engine.GenerationResult;
import dev.winnow.engine.LanguageModel;
import dev.winnow.engine.ModelOptions;
import dev.winnow.engine.Prompt;
import dev.winnow.engine.Session;
import dev.winnow.engine.config.RunConfig;
import dev.winnow.engine.metrics.Ledger;
import dev.winnow.engine.metrics.RunMetrics;
import dev.winnow.engine.metrics.StageTimes;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;

/**
 * A model of ours, fed seeded random tokens. A depth is prefilled once; every run starts from a
 * fork of that.
 */
public final class WinnowContender implements Contender {
  private static final long SEED = 1;

  private final String name;
  private final LanguageModel model;
  private final ModelOptions options;
  private final String techniques;
  private Session base;
  private GridTest test;
  private int[] prompt;

  /** A contender that owns {@code model}, which was loaded with {@code options}. */
  public WinnowContender(LanguageModel model, ModelOptions options) {
    this("winnow", model, options, "");
  }

  private WinnowContender(
      String name, LanguageModel model, ModelOptions options, String techniques) {
    this.name = name;
    this.model = model;
    this.options = options;
    this.techniques = techniques;
  }

  /**
   * A contender that only borrows {@code model}, which was loaded with {@code options} or has the
   * weights of one that was.
   */
  public static WinnowContender over(String name, LanguageModel model, ModelOptions options) {
    return new WinnowContender(name, model.withTechniques(model.techniques()), options, "");
  }

  /**
   * The same weights with the techniques of {@code config}, by whose name it goes; to be closed
   * before this one.
   *
   * @throws IllegalArgumentException if they do not suit the model or each other
   */
  public WinnowContender with(RunConfig config) {
    String described =
        config.configured().stream()
            .map(one -> one.name() + " " + one.parameters())
            .collect(Collectors.joining(" + "));
    return new WinnowContender(
        config.metadata().name(), model.withTechniques(config.techniques()), options, described);
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public Map<String, String> settings() {
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put("weights", options.weights().label());
    settings.put("kv", options.engine().kv().name().toLowerCase(Locale.ROOT));
    settings.put("threads", String.valueOf(options.threads()));
    settings.put("prefill_chunk", String.valueOf(options.engine().prefillChunk()));
    settings.put("kernels", model.kernels().describe());
    if (!techniques.isEmpty()) {
      settings.put("techniques", techniques);
    }
    return settings;
  }

  @Override
  public void prepare(GridTest next) {
    if (next.context() - 1 > model.maxTokens()) {
      throw new IllegalArgumentException(
          "grid: %s needs a context of %d tokens, this model's is %d; use a smaller depth, or --shape for a synthetic model of any depth"
              .formatted(next.name(), next.context() - 1, model.maxTokens()));
    }
    closeBase();
    test = next;
    base = model.openSession();
    Random random = new Random(SEED);
    int vocabSize = model.config().vocabSize();
    prompt = random.ints(test.tokens(), 0, vocabSize).toArray();
    // The last one waits: it is the first that a run computes.
    if (test.kind() == GridTest.Kind.TG && test.depth() > 0) {
      base.append(random.ints(test.depth(), 0, vocabSize).toArray());
      base.generate(GenerationConfig.builder().maxNewTokens(1).eosTokenIds().build());
    } else if (test.kind() == GridTest.Kind.TG || test.depth() > 0) {
      base.append(random.ints(test.depth() + 1, 0, vocabSize).toArray());
    }
  }

  @Override
  public Run run() {
    boolean generates = test.kind() == GridTest.Kind.TG;
    GenerationConfig config =
        GenerationConfig.builder()
            .maxNewTokens(generates ? test.tokens() : 1)
            .eosTokenIds()
            .build();
    if (!generates && test.depth() == 0) {
      return prompt(config);
    }
    try (Session session = base.fork()) {
      int before = session.length();
      long start = System.nanoTime();
      if (!generates && test.tokens() > 1) {
        session.append(Arrays.copyOf(prompt, test.tokens() - 1));
      }
      GenerationResult result = session.generate(config);
      long nanos = System.nanoTime() - start;
      Ledger ledger = session.ledger();
      int computed = session.length() - before;
      long weights = generates ? computed * model.model().weightBytes() : 0;
      return new Run(
          nanos, computed, work(weights, ledger, result.metrics().peakKvBytes(), session.stages()));
    }
  }

  private Run prompt(GenerationConfig config) {
    long start = System.nanoTime();
    GenerationResult result = model.generate(Prompt.of(prompt), config);
    long nanos = System.nanoTime() - start;
    RunMetrics metrics = result.metrics();
    return new Run(
        nanos,
        metrics.prefilledTokens(),
        work(0, result.ledger(), metrics.peakKvBytes(), metrics.stages()));
  }

  private static Work work(long weightBytes, Ledger ledger, long peakKvBytes, StageTimes stages) {
    return new Work(
        weightBytes,
        ledger.kvBytesRead(),
        ledger.denseKvBytesRead(),
        ledger.flops(),
        ledger.denseFlops(),
        peakKvBytes,
        stages.stepNanos(),
        stages.restNanos());
  }

  private void closeBase() {
    if (base != null) {
      base.close();
      base = null;
    }
  }

  @Override
  public void close() {
    closeBase();
    model.close();
  }
}
