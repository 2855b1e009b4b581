package dev.winnow.models.text;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import java.util.Optional;

/** Rebuilds a Hugging Face tokenizer from the {@code tokenizer.*} metadata of a GGUF file. */
public final class GgufTokenizer {
  private GgufTokenizer() {}

  /** What {@code tokenizer.json} would be; empty when the metadata holds no tokenizer. */
  public static Optional<byte[]> tokenizerJson(Map<String, Object> metadata) {
    throw new UnsupportedOperationException();
  }

  /** What {@code tokenizer_config.json} would be, chat template included. */
  public static Optional<ObjectNode> tokenizerConfig(Map<String, Object> metadata) {
    throw new UnsupportedOperationException();
  }
}
