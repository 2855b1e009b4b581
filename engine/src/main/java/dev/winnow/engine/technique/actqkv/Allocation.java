package dev.winnow.engine.technique.actqkv;

/** How the blocks of a step are shared among the layers. */
public enum Allocation {
  /** While decoding, in proportion to the entropy of each layer's scores over the last steps. */
  ENTROPY,
  /** The same number for every layer. */
  UNIFORM
}
