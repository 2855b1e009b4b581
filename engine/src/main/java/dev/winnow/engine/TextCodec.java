package dev.winnow.engine;

import dev.winnow.models.text.ChatMessage;
import java.util.List;

/** Text in, text out: the tokenizer and the chat template of a model. */
public interface TextCodec extends AutoCloseable {

  /** Turns tokens into text as they come. */
  interface Streamer {
    /** Adds a token and returns the text that became certain, possibly none. */
    String push(int id);

    /** Returns what was held back. */
    String flush();
  }

  /** Token ids of {@code text}, with the tokens that open a sequence if {@code addSpecial}. */
  int[] encode(String text, boolean addSpecial);

  /** Text of {@code ids}, without special tokens if {@code skipSpecial}. */
  String decode(int[] ids, boolean skipSpecial);

  /** Starts a sequence of tokens to turn into text. */
  Streamer streamer(boolean skipSpecial);

  /** Whether conversations can be rendered. */
  boolean hasChatTemplate();

  /**
   * The text of a conversation in the model's own format, special tokens written out.
   *
   * @param addGenerationPrompt whether it ends where the assistant's answer begins
   * @throws dev.winnow.models.CheckpointException if the model has no chat template
   */
  String renderChat(List<ChatMessage> messages, boolean addGenerationPrompt);

  /** Frees the tokenizer; the model that owns it does so. */
  @Override
  default void close() {}
}
