package dev.winnow.engine.sampling;

/** The model produced logits that are no numbers, usually from damaged weights. */
public class InvalidLogitsException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** With a complete message. */
  public InvalidLogitsException(String message) {
    super(message);
  }
}
