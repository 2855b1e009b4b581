package dev.winnow.models.text;

/**
 * One message of a conversation.
 *
 * @param role who speaks, usually {@code system}, {@code user} or {@code assistant}
 * @param content what is said
 */
public record ChatMessage(String role, String content) {}
