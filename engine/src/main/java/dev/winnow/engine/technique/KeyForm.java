package dev.winnow.engine.technique;

/** How keys lie in the cache. */
public enum KeyForm {
  /** Rotated at their own position before they are stored: the default. */
  ROTATED,
  /** As projected; they are rotated when read, so that a plan can choose their positions. */
  UNROTATED
}
