package dev.winnow.models.text;

import dev.winnow.models.CheckpointException;

/** A chat template is absent, wrong, refuses the conversation or breaks a limit. */
public final class ChatTemplateException extends CheckpointException {
  private static final long serialVersionUID = 1L;

  ChatTemplateException(String message) {
    super(message);
  }

  ChatTemplateException(String message, Throwable cause) {
    super(message, cause);
  }
}
