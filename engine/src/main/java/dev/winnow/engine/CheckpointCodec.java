package dev.winnow.engine;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.winnow.models.checkpoint.Checkpoint;
import dev.winnow.models.text.ChatMessage;
import dev.winnow.models.text.ChatTemplate;
import dev.winnow.models.text.TokenStreamer;
import dev.winnow.models.text.Tokenizer;
import java.util.List;
import java.util.Optional;

/** Tokenizer and chat template as a checkpoint carries them. */
final class CheckpointCodec implements TextCodec {
  private final Tokenizer tokenizer;
  private final Optional<ObjectNode> config;
  private final String source;

  private CheckpointCodec(Tokenizer tokenizer, Optional<ObjectNode> config, String source) {
    this.tokenizer = tokenizer;
    this.config = config;
    this.source = source;
  }

  /** The codec of {@code checkpoint}; empty if it has no tokenizer. */
  static Optional<TextCodec> of(Checkpoint checkpoint) {
    String source = checkpoint.source().toString();
    Optional<ObjectNode> config = checkpoint.tokenizerConfig();
    return checkpoint
        .tokenizerJson()
        .map(json -> new CheckpointCodec(Tokenizer.load(json, config, source), config, source));
  }

  @Override
  public int[] encode(String text, boolean addSpecial) {
    return tokenizer.encode(text, addSpecial);
  }

  @Override
  public String decode(int[] ids, boolean skipSpecial) {
    return tokenizer.decode(ids, skipSpecial);
  }

  @Override
  public Streamer streamer(boolean skipSpecial) {
    TokenStreamer streamer = tokenizer.streamer(skipSpecial);
    return new Streamer() {
      @Override
      public String push(int id) {
        return streamer.push(id);
      }

      @Override
      public String flush() {
        return streamer.flush();
      }
    };
  }

  @Override
  public boolean hasChatTemplate() {
    return config.map(json -> json.hasNonNull("chat_template")).orElse(false);
  }

  @Override
  public String renderChat(List<ChatMessage> messages, boolean addGenerationPrompt) {
    return ChatTemplate.fromConfig(config, source).render(messages, addGenerationPrompt);
  }

  @Override
  public void close() {
    tokenizer.close();
  }
}
