package dev.winnow.engine.technique;

/** What a technique can decide on a layer; only one technique may decide it. */
public enum Hook {
  /** Whether the layer runs, {@link TechniqueSession#runsLayer}. */
  RUNS_LAYER,
  /** What attention reads, {@link TechniqueSession#plan}, and how keys are stored for it. */
  PLAN,
  /** Which tokens go on to the next layer, {@link TechniqueSession#prune}. */
  PRUNE
}
