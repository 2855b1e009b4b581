package dev.winnow.engine;

import dev.winnow.models.text.ChatMessage;
import java.util.Arrays;
import java.util.List;

/** What a generation continues. */
public sealed interface Prompt {

  /** Text to continue as it is. */
  record Text(String text) implements Prompt {}

  /** A conversation to answer, in the model's own format. */
  record Chat(List<ChatMessage> messages) implements Prompt {
    /** Copies the list. */
    public Chat {
      messages = List.copyOf(messages);
    }
  }

  /** Token ids to continue. */
  record Ids(List<Integer> ids) implements Prompt {
    /** Copies the list. */
    public Ids {
      ids = List.copyOf(ids);
    }
  }

  /** Text to continue as it is. */
  static Prompt of(String text) {
    return new Text(text);
  }

  /** Token ids to continue. */
  static Prompt of(int... ids) {
    return new Ids(Arrays.stream(ids).boxed().toList());
  }

  /** A conversation to answer. */
  static Prompt of(List<ChatMessage> messages) {
    return new Chat(messages);
  }
}
