package dev.winnow.app;

/** A command cannot do its work; the message says what, why and what to do next. */
final class CommandException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  CommandException(String message) {
    super(message);
  }
}
