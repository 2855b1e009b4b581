package dev.winnow.engine.technique.actqkv;

/** How a probe meets the representative of a block. */
public enum Ranking {
  /** Cosine over all heads together. */
  COSINE,
  /** Dot product, as in InfLLM. */
  DOT_PRODUCT
}
