package dev.winnow.engine.technique.baseline;

import dev.winnow.engine.technique.Claim;
import dev.winnow.engine.technique.SequenceContext;
import dev.winnow.engine.technique.Technique;
import dev.winnow.engine.technique.TechniqueSession;
import java.util.List;

/**
 * Keeps the newest tokens and the heavy hitters, which earlier queries attended to most, and
 * forgets one other token for each one generated.
 *
 * <p>Zhang et al., "H2O: Heavy-Hitter Oracle for Efficient Generative Inference of Large Language
 * Models", NeurIPS 2023. Parameters: {@link H2oConfig}. The score of a key is the softmax
 * probability it got from all prompt queries and every generated one since; of equal scores the
 * older token stays. The prompt is computed densely, and its attention mass costs time there.
 *
 * <p>Differs from the paper: it keeps tokens per KV head, by the mean score over the query heads of
 * its group, where published code repeats keys and values for every query head. A token is
 * forgotten before the next one is stored, so that the budget holds during attention, not only
 * after it. Forgotten rows leave plans at once and memory {@link #SLACK} at a time. When a step is
 * taken back its probabilities are too; those of earlier steps stay, even if their queries are
 * forgotten together with it.
 *
 * @param config its parameters
 */
public record H2o(H2oConfig config) implements Technique {
  /** Its name in configs. */
  public static final String NAME = "h2o";

  /** Forgotten rows that may wait in memory, so that the others are not moved at every step. */
  static final int SLACK = 64;

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
    return new H2oSession(config, context);
  }
}
