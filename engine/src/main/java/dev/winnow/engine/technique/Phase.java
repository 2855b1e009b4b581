package dev.winnow.engine.technique;

/** What the tokens of a step are. */
public enum Phase {
  /** Given tokens, a chunk at a time. */
  PREFILL,
  /** One token that was just generated. */
  DECODE
}
