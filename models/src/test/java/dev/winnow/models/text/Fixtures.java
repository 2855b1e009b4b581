package dev.winnow.models.text;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The small tokenizers of {@code tokenizers/ORIGIN.md}, also in the form GGUF metadata has. */
final class Fixtures {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private Fixtures() {}

  static byte[] bytes(String name) {
    try (InputStream in = Fixtures.class.getResourceAsStream("tokenizers/" + name)) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static JsonNode json(String name) {
    try {
      return MAPPER.readTree(bytes(name));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static int[] ints(JsonNode node) {
    int[] ints = new int[node.size()];
    for (int i = 0; i < ints.length; i++) {
      ints[i] = node.get(i).intValue();
    }
    return ints;
  }

  static Map<String, Object> byteLevelMetadata(String pre) {
    JsonNode fixture = json("byte-level.expected.json");
    List<String> tokens = strings(fixture.get("tokens"));
    int[] types = new int[tokens.size()];
    for (int i = 0; i < types.length; i++) {
      types[i] = i < fixture.get("special").size() ? 3 : 1;
    }
    Map<String, Object> metadata = new HashMap<>();
    metadata.put("tokenizer.ggml.model", "gpt2");
    metadata.put("tokenizer.ggml.pre", pre);
    metadata.put("tokenizer.ggml.tokens", tokens);
    metadata.put("tokenizer.ggml.token_type", types);
    metadata.put("tokenizer.ggml.merges", strings(fixture.get("merges")));
    metadata.put("tokenizer.ggml.bos_token_id", 1L);
    metadata.put("tokenizer.ggml.eos_token_id", 2);
    return metadata;
  }

  static Map<String, Object> sentencePieceMetadata(String variant) {
    JsonNode fixture = json("sentencepiece.expected.json").get(variant);
    Map<String, Object> metadata = new HashMap<>();
    metadata.put("tokenizer.ggml.model", "llama");
    metadata.put("tokenizer.ggml.tokens", strings(fixture.get("tokens")));
    float[] scores = new float[fixture.get("scores").size()];
    for (int i = 0; i < scores.length; i++) {
      scores[i] = fixture.get("scores").get(i).floatValue();
    }
    metadata.put("tokenizer.ggml.scores", scores);
    metadata.put("tokenizer.ggml.token_type", ints(fixture.get("types")));
    metadata.put("tokenizer.ggml.unknown_token_id", 0);
    metadata.put("tokenizer.ggml.bos_token_id", 1);
    metadata.put("tokenizer.ggml.eos_token_id", 2);
    if (variant.equals("no-prefix")) {
      metadata.put("tokenizer.ggml.add_space_prefix", false);
    }
    return metadata;
  }

  static Tokenizer load(Map<String, Object> metadata) {
    return Tokenizer.load(
        GgufTokenizer.tokenizerJson(metadata).orElseThrow(),
        GgufTokenizer.tokenizerConfig(metadata),
        "fixture.gguf");
  }

  static Tokenizer byteLevel() {
    return Tokenizer.load(bytes("byte-level.json"), Optional.empty(), "byte-level.json");
  }

  private static List<String> strings(JsonNode node) {
    List<String> strings = new ArrayList<>();
    node.forEach(item -> strings.add(item.textValue()));
    return strings;
  }
}
