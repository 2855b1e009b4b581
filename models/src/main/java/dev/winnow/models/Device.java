package dev.winnow.models;

/** Where a model runs. */
public enum Device {
  /** CUDA where it is available, else the CPU, saying which. */
  AUTO,
  /** The CPU. */
  CPU,
  /** A CUDA device; an error where there is none. */
  CUDA;

  /** The name on the command line. */
  public String label() {
    return name().toLowerCase(java.util.Locale.ROOT);
  }
}
