package dev.winnow.engine.technique.actqkv;

import dev.winnow.engine.technique.Claim;
import dev.winnow.engine.technique.Hook;
import dev.winnow.engine.technique.SequenceContext;
import dev.winnow.engine.technique.Technique;
import dev.winnow.engine.technique.TechniqueSession;
import java.util.List;

/**
 * InfLLM: attention reads the first tokens, an exact local window, and the blocks of older tokens
 * whose representative has the largest dot product with the mean query.
 *
 * <p>Paper: Xiao et al., "InfLLM: Training-Free Long-Context Extrapolation for LLMs with an
 * Efficient Context Memory", <a href="https://arxiv.org/abs/2402.04617">arXiv 2402.04617</a>.
 *
 * <p>It is {@link ActQkv} with the plain mean as its probe, dot products for cosines and the same
 * number of blocks in every layer. Parameters, with units and defaults: {@link InfLlmConfig}.
 *
 * <p>Differs from the paper: each key is seen once; the published code counts some local keys of a
 * prefill window twice. Attention is dense as long as the budget covers all tokens or a sparse plan
 * would read no less. Layers whose own sliding window is not longer than {@code window} stay dense.
 */
public final class InfLlm implements Technique {
  /** Its name in configs. */
  public static final String NAME = "inf_llm";

  private final InfLlmConfig config;

  /** With the given parameters. */
  public InfLlm(InfLlmConfig config) {
    this.config = config;
  }

  /** Its parameters. */
  public InfLlmConfig config() {
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
    return new ActQkvSession(config.retrieval(), context, true);
  }
}
