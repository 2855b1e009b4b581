package dev.winnow.engine.cache;

/** Keys and values could not be moved to the slower tier; the sequence still has them. */
public class SpillException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** With a complete message. */
  public SpillException(String message, Throwable cause) {
    super(message, cause);
  }
}
