package dev.winnow.engine.testing;

import dev.winnow.engine.TextCodec;
import dev.winnow.models.text.ChatMessage;
import java.util.List;

/**
 * One character per token: id 0 is a special opening token without text, id 1 a space, the others
 * letters and signs from {@code !} on.
 */
public final class LetterCodec implements TextCodec {

  @Override
  public int[] encode(String text, boolean addSpecial) {
    int[] letters = text.chars().map(LetterCodec::id).toArray();
    if (!addSpecial) {
      return letters;
    }
    int[] ids = new int[letters.length + 1];
    System.arraycopy(letters, 0, ids, 1, letters.length);
    return ids;
  }

  private static int id(int letter) {
    return letter - ' ' + 1;
  }

  @Override
  public String decode(int[] ids, boolean skipSpecial) {
    StringBuilder text = new StringBuilder();
    for (int id : ids) {
      text.append(letter(id, skipSpecial));
    }
    return text.toString();
  }

  private static String letter(int id, boolean skipSpecial) {
    if (id == 0) {
      return skipSpecial ? "" : "<s>";
    }
    return Character.toString(id + ' ' - 1);
  }

  @Override
  public Streamer streamer(boolean skipSpecial) {
    return new Streamer() {
      @Override
      public String push(int id) {
        return letter(id, skipSpecial);
      }

      @Override
      public String flush() {
        return "";
      }
    };
  }

  @Override
  public boolean hasChatTemplate() {
    return true;
  }

  @Override
  public String renderChat(List<ChatMessage> messages, boolean addGenerationPrompt) {
    StringBuilder text = new StringBuilder();
    for (ChatMessage message : messages) {
      text.append(message.role().toUpperCase(java.util.Locale.ROOT).charAt(0));
      text.append(':').append(message.content()).append(' ');
    }
    return text + (addGenerationPrompt ? "A:" : "");
  }
}
