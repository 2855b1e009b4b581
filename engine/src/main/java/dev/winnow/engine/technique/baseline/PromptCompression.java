package dev.winnow.engine.technique.baseline;

import dev.winnow.engine.technique.Phase;
import dev.winnow.engine.technique.PlanRequest;
import dev.winnow.engine.technique.SequenceContext;
import dev.winnow.engine.technique.TechniqueSession;
import dev.winnow.kernels.AttentionPlan;
import dev.winnow.kernels.Kernels;
import dev.winnow.kernels.KeyRows;
import dev.winnow.kernels.KvPages;
import java.util.Arrays;

/**
 * Evicts once a prompt is complete: when the first generated token after it comes. A prompt of
 * fewer tokens than the window, such as the last token of a session computed once more, changes
 * nothing.
 */
abstract class PromptCompression implements TechniqueSession {
  private final SequenceContext context;
  private final int window;
  private final int denseBelow;
  private final int[] promptRows;
  private final int[] promptEnd;
  private final int[] evicted;

  /** A session of an empty sequence. */
  PromptCompression(SequenceContext context, int window, int denseBelow) {
    this.context = context;
    this.window = window;
    this.denseBelow = denseBelow;
    int layers = context.attention().size();
    promptRows = new int[layers];
    promptEnd = new int[layers];
    evicted = new int[layers];
  }

  /** A copy. */
  PromptCompression(PromptCompression from) {
    context = from.context;
    window = from.window;
    denseBelow = from.denseBelow;
    promptRows = from.promptRows.clone();
    promptEnd = from.promptEnd.clone();
    evicted = from.evicted.clone();
  }

  /**
   * Rows that each KV head of a layer keeps.
   *
   * @param tokens of the sequence, those of rows evicted before included
   * @param rows in the cache
   */
  abstract int capacity(int layer, int tokens, int rows);

  /** The rows to keep for each KV head, {@code capacity} of them; null for all. */
  abstract int[][] choose(int layer, KvPages cache, int capacity, Kernels kernels);

  /** Prompt tokens were stored and are about to be attended. */
  void observe(PlanRequest request) {}

  /** A generated token came: what is known of the prompt's queries is not needed any more. */
  void promptEnded(int layer) {}

  SequenceContext context() {
    return context;
  }

  @Override
  public final int[][] evict(int layer, Phase phase, KvPages cache, Kernels kernels) {
    int rows = cache.length();
    if (rows < promptEnd[layer]) {
      // Tokens were taken back.
      promptRows[layer] = Math.max(0, promptRows[layer] - (promptEnd[layer] - rows));
      promptEnd[layer] = rows;
    }
    int tokens = rows + evicted[layer];
    if (phase == Phase.PREFILL || promptRows[layer] < window || tokens < denseBelow) {
      return null;
    }
    int capacity = capacity(layer, tokens, rows);
    return rows <= capacity ? null : choose(layer, cache, capacity, kernels);
  }

  @Override
  public final AttentionPlan plan(PlanRequest request) {
    int layer = request.layer();
    evicted[layer] = request.firstPosition() - request.firstRow();
    if (request.phase() == Phase.PREFILL) {
      promptRows[layer] += request.rows();
      promptEnd[layer] = request.firstRow() + request.rows();
      observe(request);
    } else {
      promptRows[layer] = 0;
      promptEnd[layer] = 0;
      promptEnded(layer);
    }
    return evicted[layer] == 0
        ? request.dense()
        : request.reading(new KeyRows.Range(0, request.cache().length()));
  }

  @Override
  public void truncate(int length) {
    if (length == 0) {
      Arrays.fill(promptRows, 0);
      Arrays.fill(promptEnd, 0);
      Arrays.fill(evicted, 0);
    }
  }
}
