package dev.winnow.engine.technique.actqkv;

/** Where keys and values lie. */
public enum Memory {
  /** All in memory. */
  ALL,
  /** Those that left the window in a file; the blocks retrieved are read from there. */
  BLOCKS_ON_DISK
}
