package dev.winnow.engine.technique.baseline;

import dev.winnow.engine.technique.Claim;
import dev.winnow.engine.technique.SequenceContext;
import dev.winnow.engine.technique.Technique;
import dev.winnow.engine.technique.TechniqueSession;
import java.util.List;

/**
 * Scores every key exactly and reads those of the largest attention: the most that a choice of so
 * many keys can hold, and no saving.
 *
 * <p>No paper. Parameters: {@link OracleConfig}. Prompts are computed densely; of equal scores the
 * older token is read. As it is a bound on quality, it chooses also where dense attention would
 * read fewer bytes; the ledger shows what scoring reads.
 *
 * <p>Differs from the paper: there is none. It bounds the attention mass held, not the error of the
 * output, where errors can cancel.
 *
 * @param config its parameters
 */
public record Oracle(OracleConfig config) implements Technique {
  /** Its name in configs. */
  public static final String NAME = "oracle";

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
    return new OracleSession(config);
  }
}
