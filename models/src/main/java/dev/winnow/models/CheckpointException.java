package dev.winnow.models;

/**
 * A checkpoint cannot be used: what is wrong, in which file and key, what was found, what is
 * allowed and what to do next.
 */
public class CheckpointException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** With a complete message. */
  public CheckpointException(String message) {
    super(message);
  }

  /** With a complete message and its cause. */
  public CheckpointException(String message, Throwable cause) {
    super(message, cause);
  }
}
