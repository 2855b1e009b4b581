package dev.winnow.kernels;

/**
 * Cosines and sines of a {@link RotaryConfig} by position, computed in float64 and extended on
 * demand; safe for use by several threads.
 */
public final class RotaryTable {
  private final RotaryConfig config;

  /** A table for {@code config}. */
  public RotaryTable(RotaryConfig config) {
    this.config = config;
  }

  /** What this table was made for. */
  public RotaryConfig config() {
    return config;
  }
}
