package dev.winnow.engine.technique.baseline;

import dev.winnow.engine.technique.Claim;
import dev.winnow.engine.technique.SequenceContext;
import dev.winnow.engine.technique.Technique;
import dev.winnow.engine.technique.TechniqueSession;
import java.util.List;

/**
 * {@link SnapKv} with more room in the first layers, whose attention is spread, and less in the
 * last.
 *
 * <p>Cai et al., "PyramidKV: Dynamic KV Cache Compression based on Pyramidal Information
 * Funneling", 2024. Parameters: {@link PyramidKvConfig}.
 *
 * <p>Differs from the paper: as {@link SnapKv} does. Capacities follow the published code, {@link
 * #capacity}, whose integer steps make the average over the layers a little more than the budget.
 *
 * @param config its parameters
 */
public record PyramidKv(PyramidKvConfig config) implements Technique {
  /** Its name in configs. */
  public static final String NAME = "pyramid_kv";

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public List<Claim> claims(int layers) {
    return Checks.claims(NAME, config.denseLayers(), layers);
  }

  @Override
  public TechniqueSession open(SequenceContext context) {
    int layers = context.attention().size();
    return new VotedCompression(
        context,
        new VotedCompression.Voting(
            config.window(), config.kernel(), config.pooling(), config.denseBelow()),
        (layer, tokens, rows) -> {
          int budget = Math.max(config.window() + 1, config.tokenBudget().of(tokens));
          return capacity(layer, layers, rows, budget, config.window(), config.beta());
        });
  }

  /**
   * Rows that {@code layer} of {@code layers} keeps of {@code rows}, the window included: from
   * {@code 2b - b / beta} in the first layer down to about {@code b / beta} in the last, where
   * {@code b} is the budget outside the window; the plain budget when there are fewer than {@code
   * 2b} rows.
   */
  static int capacity(int layer, int layers, int rows, int budget, int window, int beta) {
    int average = budget - window;
    if (rows < budget) {
      return rows;
    }
    if (rows < 2L * average || layers == 1) {
      return budget;
    }
    int least = average / beta;
    int most = 2 * average - least;
    if (most >= rows - window) {
      most = rows - window;
      least = 2 * average - most;
    }
    int step = (most - least) / (layers - 1);
    return most - layer * step + window;
  }
}
