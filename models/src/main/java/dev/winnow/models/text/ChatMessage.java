package dev.winnow.models.text;

import java.util.Objects;

/**
 * One message of a conversation.
 *
 * @param role as the model's template knows it: {@code system}, {@code user}, {@code assistant}
 * @param content the text, put into the prompt as it is
 */
public record ChatMessage(String role, String content) {
  /** Neither part may be null. */
  public ChatMessage {
    Objects.requireNonNull(role, "role");
    Objects.requireNonNull(content, "content");
  }

  /** Instructions that hold for the whole conversation. */
  public static ChatMessage system(String content) {
    return new ChatMessage("system", content);
  }

  /** What the user says. */
  public static ChatMessage user(String content) {
    return new ChatMessage("user", content);
  }

  /** What the model said. */
  public static ChatMessage assistant(String content) {
    return new ChatMessage("assistant", content);
  }
}
