package dev.winnow.bench.text;

import dev.winnow.engine.EngineOptions;
import dev.winnow.engine.LanguageModel;
import dev.winnow.engine.ModelOptions;
import dev.winnow.engine.TextCodec;
import dev.winnow.kernels.DType;
import dev.winnow.models.testing.TinyCheckpoint;
import dev.winnow.models.text.ChatMessage;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * One token per ASCII character, the character's code; 1 opens a sequence. What a model generates
 * can be replaced by answers written before.
 */
class CharCodec implements TextCodec {
  private static final int OPENING = 1;
  private static final int VOCABULARY = 128;

  private final boolean chat;
  private final Deque<String> answers = new ArrayDeque<>();

  CharCodec(boolean chat) {
    this.chat = chat;
  }

  /** A tiny model of random weights with a context of {@code context} tokens. */
  static LanguageModel model(Path folder, int context) {
    TinyCheckpoint.builder().vocabSize(VOCABULARY).maxPositions(context).write(folder);
    return LanguageModel.load(folder, ModelOptions.builder().threads(1).kv(DType.F32).build());
  }

  /** {@code weights} with this tokenizer; closing it closes them. */
  LanguageModel with(LanguageModel weights) {
    return new LanguageModel(
        weights.model(),
        weights.kernels(),
        Optional.of(this),
        weights.defaults(),
        EngineOptions.defaults().withKv(DType.F32),
        Duration.ZERO);
  }

  /** Says {@code answer} for the next one that is generated, after those added before. */
  void answer(String answer) {
    answers.add(answer);
  }

  @Override
  public int[] encode(String text, boolean addSpecial) {
    int[] ids = text.chars().map(c -> Math.min(c, VOCABULARY - 1)).toArray();
    if (!addSpecial) {
      return ids;
    }
    int[] opened = new int[ids.length + 1];
    opened[0] = OPENING;
    System.arraycopy(ids, 0, opened, 1, ids.length);
    return opened;
  }

  @Override
  public String decode(int[] ids, boolean skipSpecial) {
    if (skipSpecial && !answers.isEmpty()) {
      return answers.remove();
    }
    return Arrays.stream(ids)
        .filter(id -> id != OPENING || !skipSpecial)
        .mapToObj(Character::toString)
        .collect(Collectors.joining());
  }

  @Override
  public Streamer streamer(boolean skipSpecial) {
    return new Streamer() {
      @Override
      public String push(int id) {
        return Character.toString(id);
      }

      @Override
      public String flush() {
        return "";
      }
    };
  }

  @Override
  public boolean hasChatTemplate() {
    return chat;
  }

  @Override
  public String renderChat(List<ChatMessage> messages, boolean addGenerationPrompt) {
    return "<user>" + messages.getFirst().content() + "</user>\n<model>";
  }
}
