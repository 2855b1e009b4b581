package dev.winnow.engine.diffusion;

import java.util.Locale;

/** Which predictions a pass keeps; the others are masked again. */
public enum Remasking {
  /** Those the model is surest of. */
  LOW_CONFIDENCE,

  /** Any, drawn at random. */
  RANDOM;

  /** The name in LLaDA's code. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
