package dev.winnow.engine.technique.actqkv;

/** Where far keys stand for a query. */
public enum FarPositions {
  /** All at the distance {@code window - 1}, which lets a model read past its training length. */
  CLAMPED,
  /** Where they are. */
  EXACT
}
