package dev.winnow.engine;

import dev.winnow.engine.diffusion.DiffusionConfig;
import dev.winnow.engine.diffusion.DiffusionListener;
import dev.winnow.engine.diffusion.DiffusionLoop;
import dev.winnow.engine.loop.Canvas;
import dev.winnow.engine.metrics.RunMetrics;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.BooleanSupplier;
import java.util.function.IntPredicate;

/** One generation by masked diffusion: prepares the loop and keeps the account. */
final class DiffusionGeneration {
  private final LanguageModel model;
  private final int maskId;
  private final DiffusionConfig config;
  private final Set<Integer> eos;
  private final int[] prompt;
  private final long startNanos = System.nanoTime();
  private long firstNanos;
  private long lastNanos;

  /**
   * A generation after {@code prompt}.
   *
   * @throws IllegalArgumentException if the prompt is empty, has a mask token, or an id outside the
   *     vocabulary
   */
  DiffusionGeneration(LanguageModel model, int maskId, int[] prompt, DiffusionConfig config) {
    this.model = model;
    this.maskId = maskId;
    this.config = config;
    this.eos =
        new HashSet<>(
            config
                .eosTokenIds()
                .or(model.defaults()::eosTokenIds)
                .orElse(model.config().eosTokenIds()));
    this.prompt = prompt;
    model.checkIds(prompt);
    int mask = indexOf(prompt, id -> id == maskId);
    if (mask < prompt.length) {
      throw new IllegalArgumentException(
          "the prompt must not hold the mask token %d, got it at index %d; the response alone is"
                  .formatted(maskId, mask)
              + " filled");
    }
  }

  GenerationResult run(DiffusionListener listener, CancellationToken cancellation) {
    try (Canvas canvas = model.decoder().openCanvas(model.pipeline())) {
      canvas.checkFits(prompt.length + config.genLength());
      long seed = config.seed().orElseGet(() -> ThreadLocalRandom.current().nextLong());
      DiffusionLoop loop =
          new DiffusionLoop(canvas, prompt, maskId, eos, config, new SplittableRandom(seed));
      BooleanSupplier cancelled =
          () -> cancellation.isCancelled() || Thread.currentThread().isInterrupted();
      boolean done =
          loop.run(
              cancelled,
              (pass, response) -> {
                lastNanos = System.nanoTime();
                firstNanos = pass == 1 ? lastNanos : firstNanos;
                listener.onPass(pass, response);
              });
      return result(canvas, loop.response(), done);
    }
  }

  private GenerationResult result(Canvas canvas, int[] response, boolean done) {
    // What was cancelled may have gaps: only what comes before them can be read.
    int known = indexOf(response, id -> id == maskId);
    int end = indexOf(response, eos::contains);
    boolean ended = end < known;
    int[] ids = Arrays.copyOf(response, ended ? end + 1 : known);
    FinishReason reason =
        !done ? FinishReason.CANCELLED : ended ? FinishReason.EOS : FinishReason.LENGTH;
    int[] words = Arrays.copyOf(ids, ended ? end : known);
    double ttft = firstNanos == 0 ? 0 : (firstNanos - startNanos) / 1e6;
    double tpot = ids.length < 2 ? 0 : (lastNanos - firstNanos) / 1e6 / (ids.length - 1);
    return new GenerationResult(
        model.codec().map(codec -> codec.decode(words, true)).orElse(""),
        boxed(prompt),
        boxed(ids),
        List.of(),
        reason,
        model.loadMs(),
        new RunMetrics(
            ttft,
            tpot,
            prompt.length + config.genLength(),
            ids.length,
            canvas.peakKvBytes(),
            0,
            0,
            canvas.clock().snapshot()),
        canvas.ledger().snapshot());
  }

  /** The first place whose id {@code wanted} accepts, or the length. */
  private static int indexOf(int[] ids, IntPredicate wanted) {
    int i = 0;
    while (i < ids.length && !wanted.test(ids[i])) {
      i++;
    }
    return i;
  }

  private static List<Integer> boxed(int[] ids) {
    return Arrays.stream(ids).boxed().toList();
  }
}
