package dev.winnow.engine.technique.baseline;

import dev.winnow.engine.technique.Claim;
import dev.winnow.engine.technique.SequenceContext;
import dev.winnow.engine.technique.Technique;
import dev.winnow.engine.technique.TechniqueSession;
import java.util.List;

/**
 * Keeps the first tokens and a window of the newest, and forgets the rest while it goes.
 *
 * <p>Xiao et al., "Efficient Streaming Language Models with Attention Sinks", ICLR 2024.
 * Parameters: {@link StreamingLlmConfig}. Every KV head of a layer keeps the same rows, so that
 * grouped queries need no rule of their own.
 *
 * <p>Differs from the paper: nothing in generated tokens. A prompt longer than the budget streams
 * too, between chunks: a chunk comes to what the budget keeps and its tokens read that and the
 * chunk's own tokens before them, so up to a chunk more than the budget. Rows leave the memory
 * {@link #SLACK} at a time; plans leave them out at once.
 *
 * @param config its parameters
 */
public record StreamingLlm(StreamingLlmConfig config) implements Technique {
  /** Its name in configs. */
  public static final String NAME = "streaming_llm";

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
    return new StreamingLlmSession(config, new int[context.config().layers()]);
  }
}
