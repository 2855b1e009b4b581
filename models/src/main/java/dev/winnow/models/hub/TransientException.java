package dev.winnow.models.hub;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;

/** A failure that may pass by itself. */
final class TransientException extends IOException {
  private static final long serialVersionUID = 1L;

  private final transient Optional<Duration> retryAfter;

  TransientException(String message, Optional<Duration> retryAfter) {
    super(message);
    this.retryAfter = retryAfter;
  }

  /** The pause that the server asked for. */
  Optional<Duration> retryAfter() {
    return retryAfter;
  }
}
