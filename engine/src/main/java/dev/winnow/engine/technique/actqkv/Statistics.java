package dev.winnow.engine.technique.actqkv;

/** Against what the deviation of a query is measured. */
public enum Statistics {
  /** All queries of the layer so far, every row counting once. */
  LAYER,
  /** The queries of the window alone. */
  WINDOW,
  /**
   * As published: one mean and variance for the windows of all layers, a decoded token counting as
   * a window, and plain means for the first 1001 windows.
   */
  GLOBAL
}
