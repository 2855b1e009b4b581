package dev.winnow.models.hub;

import dev.winnow.models.CheckpointException;

/** A model cannot be fetched or found; the message says what, why and what to do next. */
public final class HubException extends CheckpointException {
  private static final long serialVersionUID = 1L;

  /** With a complete message. */
  public HubException(String message) {
    super(message);
  }

  /** With a complete message and its cause. */
  public HubException(String message, Throwable cause) {
    super(message, cause);
  }
}
