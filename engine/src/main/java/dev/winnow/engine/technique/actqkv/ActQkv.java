package dev.winnow.engine.technique.actqkv;

import dev.winnow.engine.technique.Claim;
import dev.winnow.engine.technique.Hook;
import dev.winnow.engine.technique.SequenceContext;
import dev.winnow.engine.technique.Technique;
import dev.winnow.engine.technique.TechniqueSession;
import java.util.List;

/**
 * ActQKV: attention reads the first tokens, an exact local window, and those blocks of older tokens
 * whose representative is most like an activation-aware probe of the queries.
 *
 * <p>Paper: Xiao et al., "Activation-aware Probe-Query: Effective Key-Value Retrieval for
 * Long-Context LLMs Inference", <a href="https://arxiv.org/abs/2502.13542">arXiv 2502.13542</a>, on
 * the block memory of InfLLM (Xiao et al., <a href="https://arxiv.org/abs/2402.04617">arXiv
 * 2402.04617</a>).
 *
 * <p>Keys are stored un-rotated. Queries see their window at true distances and everything older as
 * if it were {@code window - 1} tokens away, so that a model can read past its training length. A
 * prompt goes through in windows of {@code prefill_window} tokens, each of which retrieves the same
 * blocks for all its tokens and heads; while decoding, every token is a window of its own.
 *
 * <p>Parameters, with units and defaults: {@link ActQkvConfig}. The budget is met on average over
 * layers; tokens that left the window but are in no block yet, at most {@code block_size} of them
 * while decoding, come on top.
 *
 * <p>Differs from the paper: the description follows its published code, which differs in turn as
 * follows. Each key is seen once; the code counts some local keys of a prefill window twice.
 * Statistics are of one layer and one sequence and weigh every row alike; {@code statistics:
 * global} restores the mixture of all layers with its warm-up, but still starts anew with each
 * sequence. Generated tokens do not change them unless {@code freeze_at_decode} is false. The
 * temperature of the entropy is 0.1, since at the code's 1 all layers have an entropy near 1. The
 * bounds of a layer's blocks are shares of the average, which for the paper's 46 are its 32 and 92.
 * Prefill and decoding are told apart by what they are, not by counting calls. Attention is dense
 * as long as the budget covers all tokens or a sparse plan would read no less; then far keys stand
 * where they are. In such a step of several tokens, a key gathers what the later ones give it just
 * past their window too. There is no question term. Layers whose own sliding window is not longer
 * than {@code window} stay dense.
 */
public final class ActQkv implements Technique {
  /** Its name in configs. */
  public static final String NAME = "act_qkv";

  private final ActQkvConfig config;

  /** With the given parameters. */
  public ActQkv(ActQkvConfig config) {
    this.config = config;
  }

  /** Its parameters. */
  public ActQkvConfig config() {
    return config;
  }

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
    return new ActQkvSession(config, context, true);
  }
}
