package dev.winnow.engine.technique.baseline;

import dev.winnow.engine.technique.Claim;
import dev.winnow.engine.technique.SequenceContext;
import dev.winnow.engine.technique.Technique;
import dev.winnow.engine.technique.TechniqueSession;
import dev.winnow.engine.technique.TokenBudget;
import java.util.List;

/**
 * Keeps, of a prompt, its last tokens and those that their queries attend to; what is generated
 * afterwards is kept whole.
 *
 * <p>Li et al., "SnapKV: LLM Knows What You are Looking for Before Generation", NeurIPS 2024.
 * Parameters: {@link SnapKvConfig}. The prompt is computed densely. When the first generated token
 * comes, the votes of the window's queries, each a softmax over all keys up to its own, are summed,
 * pooled over neighbouring keys, and the best keys outside the window are kept with it; of equal
 * votes the older key stays.
 *
 * <p>Differs from the paper: one choice per KV head, by the mean vote over the query heads of its
 * group, where published code repeats keys and values for every query head. In a session, every
 * later prompt of at least a window is compressed with what was kept before.
 *
 * @param config its parameters
 */
public record SnapKv(SnapKvConfig config) implements Technique {
  /** Its name in configs. */
  public static final String NAME = "snap_kv";

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
    TokenBudget budget = config.tokenBudget();
    return new VotedCompression(
        context,
        new VotedCompression.Voting(
            config.window(), config.kernel(), config.pooling(), config.denseBelow()),
        (layer, tokens, rows) -> Math.max(config.window() + 1, budget.of(tokens)));
  }
}
