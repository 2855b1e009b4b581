package dev.winnow.models.text;

import com.hubspot.jinjava.interpret.TemplateError;

/**
 * Ends a rendering; an {@code Error} because the interpreter catches and carries on from others.
 */
final class TemplateAbort extends Error {
  private static final long serialVersionUID = 1L;
  private static final int MAX_MESSAGE = 500;

  TemplateAbort(String message) {
    super(message);
  }

  static TemplateAbort of(TemplateError error) {
    for (Throwable cause = error.getException(); cause != null; cause = cause.getCause()) {
      if (cause instanceof TemplateAbort abort) {
        return abort;
      }
    }
    String message = String.valueOf(error.getMessage());
    if (message.length() > MAX_MESSAGE) {
      message = message.substring(0, MAX_MESSAGE) + "...";
    }
    return new TemplateAbort(
        "the chat template fails at line %d: %s; use --raw to prompt without it"
            .formatted(error.getLineno(), message));
  }
}
