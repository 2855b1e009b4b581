package dev.winnow.engine.technique.baseline;

import dev.winnow.engine.technique.Claim;
import dev.winnow.engine.technique.SequenceContext;
import dev.winnow.engine.technique.Technique;
import dev.winnow.engine.technique.TechniqueSession;
import java.util.List;

/**
 * Keeps everything and reads the pages whose keys can have the largest dot product with the query,
 * by the least and largest value of each channel in the page.
 *
 * <p>Tang et al., "Quest: Query-Aware Sparsity for Efficient Long-Context LLM Inference", ICML
 * 2024. Parameters: {@link QuestConfig}. The score of a page with minima {@code m} and maxima
 * {@code M} is {@code sum max(q m, q M)} over the channels, never less than any {@code q k} of the
 * page. Bounds take {@code 2 / page} of the bytes of the keys. Prompts are computed densely.
 *
 * <p>Differs from the paper: one list per KV head, by the mean score over the query heads of its
 * group, where published code repeats keys for every query head; the scores are linear in the
 * positive and the negative part of the query, so the group's mean parts are scored once. Where
 * bounds and chosen pages have as many bytes as all keys and values, attention is dense.
 *
 * @param config its parameters
 */
public record Quest(QuestConfig config) implements Technique {
  /** Its name in configs. */
  public static final String NAME = "quest";

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
    return new QuestSession(config, new PageBounds[context.attention().size()]);
  }
}
