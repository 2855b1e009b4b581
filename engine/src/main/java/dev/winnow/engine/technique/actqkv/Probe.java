package dev.winnow.engine.technique.actqkv;

/** How the queries of a window become one probe. */
public enum Probe {
  /** Mean weighted by how far a query deviates from the statistics. */
  ACTIVATION_AWARE,
  /** Plain mean, as in InfLLM. */
  MEAN
}
