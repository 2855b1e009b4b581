package dev.winnow.engine.technique.baseline;

import dev.winnow.engine.technique.Claim;
import dev.winnow.engine.technique.SequenceContext;
import dev.winnow.engine.technique.Technique;
import dev.winnow.engine.technique.TechniqueSession;
import java.util.List;

/**
 * Keeps sinks, a window and tokens drawn by lot: what a choice has to be better than.
 *
 * <p>No paper. Parameters: {@link RandomConfig}. The rest of the budget is drawn uniformly without
 * replacement for each layer and KV head, from the seed, the layer, the head and the number of
 * tokens alone, so that a sequence repeated is computed alike. Prompts are computed densely.
 *
 * <p>Differs from the paper: there is none; the rules are those of the methods it stands beside.
 *
 * @param config its parameters
 */
public record RandomSelection(RandomConfig config) implements Technique {
  /** Its name in configs. */
  public static final String NAME = "random";

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
    return config.mode() == RandomConfig.Mode.SELECT
        ? new RandomReads(config)
        : new RandomCompression(config, context);
  }
}
