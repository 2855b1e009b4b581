package dev.winnow.engine.technique.tokenselect;

import dev.winnow.engine.technique.Claim;
import dev.winnow.engine.technique.Hook;
import dev.winnow.engine.technique.SequenceContext;
import dev.winnow.engine.technique.Technique;
import dev.winnow.engine.technique.TechniqueSession;
import java.util.List;

/**
 * Every layer attends to the first tokens, the last ones and those in between that its heads vote
 * for by un-rotated dot products, in prefill and decode; what is read stands at positions without
 * gaps, so that a model never meets a distance beyond the budget, however long the text.
 *
 * <p>TokenSelect, <a href="https://arxiv.org/abs/2411.02886">arXiv 2411.02886</a>. Parameters, in
 * tokens where not said otherwise: see {@link TokenSelectConfig}.
 *
 * <p>While there are at most {@code token_budget} tokens, or fewer than {@code dense_below},
 * attention is dense. With true positions it also is where voting would read more than it saves;
 * with compact ones not, because there the positions are the point. On a layer with a sliding
 * window the vote is about the tokens in sight, and once the first ones are out of sight their
 * places are voted for too.
 *
 * <p>Differs from the paper: query heads vote by the key head that they attend to ({@code kv_map:
 * published} for the code's modulo); a vote is reused in decode only, as the paper says and the
 * code does not, and never for more than {@code max_reuse} tokens, because a token that leaves the
 * window meanwhile is in nobody's list; {@code pool} takes odd widths, so that no token is out of
 * reach; of equal votes the earlier token wins; scores and votes are float32.
 */
public record TokenSelect(TokenSelectConfig config) implements Technique {
  static final String NAME = "token_select";

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public List<Claim> claims(int layers) {
    return Claim.range(Hook.PLAN, 0, layers);
  }

  @Override
  public TechniqueSession open(SequenceContext context) {
    return new TokenSelectSession(config, context.attention().size());
  }
}
