package dev.winnow.engine.diffusion;

import dev.winnow.engine.diffusion.TokenPredictor.Prediction;
import dev.winnow.engine.loop.Canvas;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.random.RandomGenerator;

/**
 * Fills a response as LLaDA does (Nie et al., 2025): block by block, each pass predicts every
 * masked token of the block from the whole canvas and keeps the best few; what is kept never
 * changes.
 *
 * <p>Differs from its code: the mask token is never predicted, passes that could keep nothing are
 * left out, and blocks behind an end of sequence are not computed.
 */
public final class DiffusionLoop {
  private static final Comparator<Prediction> SUREST_FIRST =
      Comparator.comparingDouble(Prediction::confidence).reversed();

  private final Canvas canvas;
  private final int maskId;
  private final Set<Integer> eos;
  private final DiffusionConfig config;
  private final TokenPredictor predictor;
  private final int promptTokens;
  private final int[] ids;
  private int passes;

  /**
   * A response of mask tokens behind {@code prompt}.
   *
   * @param eos tokens that end it
   */
  public DiffusionLoop(
      Canvas canvas,
      int[] prompt,
      int maskId,
      Set<Integer> eos,
      DiffusionConfig config,
      RandomGenerator random) {
    this.canvas = canvas;
    this.maskId = maskId;
    this.eos = Set.copyOf(eos);
    this.config = config;
    this.predictor = new TokenPredictor(maskId, config.temperature(), config.remasking(), random);
    this.promptTokens = prompt.length;
    this.ids = Arrays.copyOf(prompt, prompt.length + config.genLength());
    Arrays.fill(ids, promptTokens, ids.length, maskId);
  }

  /** Fills the response; false if cancelled or closed before that. */
  public boolean run(BooleanSupplier cancelled, DiffusionListener listener) {
    for (int block = 0; block < config.blocks() && !hasEnded(); block++) {
      int from = promptTokens + block * config.blockLength();
      if (!fill(from, from + config.blockLength(), cancelled, listener)) {
        return false;
      }
    }
    return true;
  }

  private boolean fill(int from, int to, BooleanSupplier cancelled, DiffusionListener listener) {
    int steps = config.steps() / config.blocks();
    for (int step = 0; step < steps; step++) {
      int quota = quota(to - from, steps, step);
      if (quota == 0) {
        return true; // only more steps than tokens come to this, when all are known
      }
      List<Prediction> predictions = new ArrayList<>();
      if (!canvas.compute(
          ids,
          from,
          to,
          cancelled,
          (position, logits) -> {
            if (ids[position] == maskId) {
              predictions.add(predictor.predict(position, logits));
            }
          })) {
        return false;
      }
      predictions.sort(SUREST_FIRST); // stable: the first of two alike wins
      predictions.stream().limit(quota).forEach(kept -> ids[kept.position()] = kept.id());
      passes++;
      listener.onPass(passes, response());
    }
    return true;
  }

  /** Tokens that {@code step} of {@code steps} keeps, so that all {@code tokens} are in the end. */
  static int quota(int tokens, int steps, int step) {
    return tokens / steps + (step < tokens % steps ? 1 : 0);
  }

  private boolean hasEnded() {
    for (int i = promptTokens; i < ids.length && ids[i] != maskId; i++) {
      if (eos.contains(ids[i])) {
        return true;
      }
    }
    return false;
  }

  /** The response so far, mask tokens where nothing is decided. */
  public int[] response() {
    return Arrays.copyOfRange(ids, promptTokens, ids.length);
  }
}
