package dev.winnow.kernels;

/** How the keys of a segment are rotated on the way from the cache into the dot product. */
public sealed interface KeyRotation {

  /** Keys are used as they are stored: they were rotated when appended. */
  record AsStored() implements KeyRotation {}

  /**
   * Stored un-rotated; row {@code i} of the list is rotated at position {@code first + i}
   * (TokenSelect's compact positions).
   */
  record CompactRank(RotaryTable table, int first) implements KeyRotation {}

  /** Stored un-rotated; row {@code t} of the cache is rotated at its own position {@code t}. */
  record TruePosition(RotaryTable table) implements KeyRotation {}

  /** Stored un-rotated; every key is rotated at one position (0: not at all), as in InfLLM. */
  record Fixed(RotaryTable table, int position) implements KeyRotation {}

  /** The keys as stored. */
  KeyRotation AS_STORED = new AsStored();
}
