package dev.winnow.bench;

import dev.winnow.engine.LanguageModel;
import dev.winnow.engine.Prompt;
import dev.winnow.engine.TextCodec;
import dev.winnow.models.text.ChatMessage;
import java.util.Arrays;
import java.util.List;

/** How texts become prompts of a model: as messages in its chat format, or as they are. */
public final class PromptFormat {
  private final LanguageModel model;
  private final TextCodec codec;
  private final boolean chat;

  private PromptFormat(LanguageModel model, TextCodec codec, boolean chat) {
    this.model = model;
    this.codec = codec;
    this.chat = chat;
  }

  /**
   * The format of {@code model}: its chat format, if it has one.
   *
   * @param raw whether texts are continued as they are all the same
   * @throws IllegalArgumentException if the model has no tokenizer
   */
  public static PromptFormat of(LanguageModel model, boolean raw) {
    TextCodec codec =
        model
            .codec()
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "questions are asked in text, and this model has no tokenizer"));
    return new PromptFormat(model, codec, !raw && codec.hasChatTemplate());
  }

  /**
   * Tokens of a prompt, in two parts.
   *
   * @param context what comes before the question; may be empty
   * @param question the rest, at least one token
   */
  @SuppressWarnings("ArrayRecordComponent")
  public record Split(int[] context, int[] question) {
    /** All tokens. */
    public int length() {
      return context.length + question.length;
    }
  }

  /** Whether prompts are messages. */
  public boolean chat() {
    return chat;
  }

  /** Tokens of {@code text}. */
  public int[] encode(String text) {
    return encode(text, "");
  }

  /**
   * Tokens of {@code text} and of what the answer begins with, which is put in the model's mouth.
   *
   * @param answerStart with the blank before it, which only a text that is continued needs
   */
  public int[] encode(String text, String answerStart) {
    if (!chat) {
      return model.encode(Prompt.of(text + answerStart));
    }
    String rendered = codec.renderChat(List.of(ChatMessage.user(text)), true);
    return codec.encode(rendered + answerStart.stripLeading(), false);
  }

  /**
   * Tokens of {@code context} and {@code question}, one text, divided where both the prompt and
   * that of the context alone stop being the same: at most a token or two before the question.
   *
   * @param answerStart as in {@link #encode(String, String)}
   */
  public Split split(String context, String question, String answerStart) {
    int[] ids = encode(context + question, answerStart);
    int shared = 0;
    if (!context.isEmpty()) {
      int differs = Arrays.mismatch(encode(context), ids);
      // The last token asks for the answer.
      shared = differs < 0 ? ids.length - 1 : Math.min(differs, ids.length - 1);
    }
    return new Split(Arrays.copyOf(ids, shared), Arrays.copyOfRange(ids, shared, ids.length));
  }

  /** Text of {@code ids}, special tokens left out. */
  public String decode(int[] ids) {
    return codec.decode(ids, true);
  }

  /** The tokenizer. */
  public TextCodec codec() {
    return codec;
  }
}
