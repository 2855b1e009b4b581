package dev.winnow.bench.ablate;

/** An ablation cannot go on; the message says why, and what to do. */
public final class AblationException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** With a message that says it all. */
  public AblationException(String message) {
    super(message);
  }

  /** The same with what led to it. */
  public AblationException(String message, Throwable cause) {
    super(message, cause);
  }
}
