package dev.winnow.bench.ablate;

import dev.winnow.bench.ablate.RunRecord.Cost;
import dev.winnow.bench.ablate.RunRecord.Item;
import dev.winnow.engine.LanguageModel;
import dev.winnow.engine.ModelOptions;
import dev.winnow.engine.metrics.Ledger;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;

/** One run while it is measured: what to measure, and what came out so far. */
public final class Measurement {
  private static final long WARM_UP_NANOS = 2_000_000_000L;

  private final LanguageModel model;
  private final LanguageModel dense;
  private final ModelOptions options;
  private final PlannedRun run;
  private final BooleanSupplier cancelled;
  private final List<Item> items = new ArrayList<>();
  private final Set<String> keys = new LinkedHashSet<>();
  private final List<Double> ttftMs = new ArrayList<>();
  private final List<Double> tpotMs = new ArrayList<>();
  private double flops;
  private double denseFlops;
  private double kvBytes;
  private double denseKvBytes;
  private double peakKvBytes;
  private Throwable failure;

  Measurement(
      LanguageModel model,
      LanguageModel dense,
      ModelOptions options,
      PlannedRun run,
      BooleanSupplier cancelled) {
    this.model = model;
    this.dense = dense;
    this.options = options;
    this.run = run;
    this.cancelled = cancelled;
  }

  /** The same run, to be thrown away after some time: the first items of a process are slow. */
  Measurement warmUp() {
    long end = System.nanoTime() + WARM_UP_NANOS;
    List<Measurement> self = new ArrayList<>();
    Measurement warm =
        new Measurement(
            model,
            dense,
            options,
            run,
            () ->
                cancelled.getAsBoolean()
                    || (!self.getFirst().items.isEmpty() && System.nanoTime() > end));
    self.add(warm);
    return warm;
  }

  /** The model with the variant's techniques; not to be closed. */
  public LanguageModel model() {
    return model;
  }

  /** The same weights without techniques; not to be closed. */
  public LanguageModel dense() {
    return dense;
  }

  /** How the model is held. */
  public ModelOptions options() {
    return options;
  }

  /** Whether this is the baseline. */
  public boolean isDense() {
    return run.variant().techniques().isEmpty();
  }

  /** Label of the variant. */
  public String variant() {
    return run.variant().label();
  }

  /** Names of its techniques. */
  String technique() {
    return run.variant().technique();
  }

  /** Of contexts and questions. */
  public long seed() {
    return run.seed();
  }

  /**
   * Adds an item.
   *
   * @param key the same for every variant, once in a run
   * @param at where it lies
   * @param score as the metric says
   * @throws CancellationException if asked to stop
   */
  public void item(String key, Map<String, Double> at, double score) {
    if (!keys.add(key)) {
      throw new IllegalStateException("two items of a run have the key " + key);
    }
    items.add(new Item(key, at, score));
    checkCancelled();
  }

  /**
   * Does nothing, now and then, unless asked to stop.
   *
   * @throws CancellationException if asked to stop
   */
  public void checkCancelled() {
    if (cancelled.getAsBoolean()) {
      throw new CancellationException("stopped before the run was done");
    }
  }

  /** Adds work that was done. */
  public void work(Ledger ledger) {
    work(
        (double) ledger.flops(),
        (double) ledger.denseFlops(),
        (double) ledger.kvBytesRead(),
        (double) ledger.denseKvBytesRead());
  }

  /** Adds work that was done, and what dense execution does for the same tokens. */
  public void work(double flops, double denseFlops, double kvBytes, double denseKvBytes) {
    this.flops += flops;
    this.denseFlops += denseFlops;
    this.kvBytes += kvBytes;
    this.denseKvBytes += denseKvBytes;
  }

  /** A sequence held so many bytes of keys and values. */
  public void held(long bytes) {
    peakKvBytes = Math.max(peakKvBytes, (double) bytes);
  }

  /** Milliseconds to the first token of an answer. */
  public void firstToken(double ms) {
    ttftMs.add(ms);
  }

  /** Milliseconds per further token of an answer; 0, as where there was none, is left out. */
  public void furtherTokens(double ms) {
    if (ms > 0) {
      tpotMs.add(ms);
    }
  }

  /** Does {@code work}, whose failure is this run's alone. */
  public void attempt(Runnable work) {
    if (failure != null) {
      return;
    }
    try {
      work.run();
    } catch (CancellationException e) {
      throw e;
    } catch (RuntimeException | OutOfMemoryError | StackOverflowError | LinkageError e) {
      failure = e;
    }
  }

  Optional<Throwable> failure() {
    return Optional.ofNullable(failure);
  }

  List<Item> items() {
    return items;
  }

  Cost cost() {
    // What Winnow's techniques leave out is not read or not kept; none of them only masks it.
    return new Cost(flops, denseFlops, kvBytes, denseKvBytes, peakKvBytes, ttftMs, tpotMs, false);
  }
}
